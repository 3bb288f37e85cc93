// Prints what kubectl's reader makes of texts: the oracle of tests/it/yaml_oracle.rs.
//
// Input on stdin: a JSON array of texts. Output: a JSON object with the versions of the modules and,
// for each text, the list of its documents. A document is {"json": …}, {"empty": true} or
// {"error": …}; "duplicate" is added where the strict reader refuses a document for a key that is
// set twice.
//
// UPDATE_GOLDEN=1 cargo test --test it the_golden_data writes the answers to golden.json.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	kubeyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

type document struct {
	JSON      string `json:"json,omitempty"`
	Empty     bool   `json:"empty,omitempty"`
	Error     string `json:"error,omitempty"`
	Duplicate bool   `json:"duplicate,omitempty"`
}

type answer struct {
	Versions map[string]string `json:"versions"`
	Texts    [][]document      `json:"texts"`
}

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		fmt.Fprintln(os.Stderr, "cannot read the texts:", err)
		os.Exit(1)
	}
	result := answer{Versions: versions(), Texts: [][]document{}}
	for _, text := range texts {
		result.Texts = append(result.Texts, read([]byte(text)))
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(result); err != nil {
		fmt.Fprintln(os.Stderr, "cannot write the answer:", err)
		os.Exit(1)
	}
}

func versions() map[string]string {
	found := map[string]string{}
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		switch module.Path {
		case "k8s.io/apimachinery", "sigs.k8s.io/yaml", "go.yaml.in/yaml/v2":
			found[module.Path] = module.Version
		}
	}
	return found
}

// read does what the StreamVisitor of k8s.io/cli-runtime does, but goes on after an error.
func read(text []byte) []document {
	documents := []document{}
	decoder := kubeyaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	for {
		extension := runtime.RawExtension{}
		err := decoder.Decode(&extension)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && err.Error() == "decoding failed as both JSON and YAML" {
			break
		}
		if err != nil {
			documents = append(documents, document{Error: err.Error()})
			// The decoder of a stream of JSON says the same again and again.
			var syntax *json.SyntaxError
			if errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) {
				break
			}
			continue
		}
		raw := bytes.TrimSpace(extension.Raw)
		if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
			documents = append(documents, document{Empty: true})
			continue
		}
		documents = append(documents, document{JSON: canonical(raw)})
	}
	if !kubeyaml.IsJSONBuffer(text) {
		markDuplicates(text, documents)
	}
	return documents
}

// canonical sorts keys and keeps numbers as they are written.
func canonical(raw []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return string(raw)
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return string(raw)
	}
	return strings.TrimSpace(buffer.String())
}

func markDuplicates(text []byte, documents []document) {
	reader := kubeyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for at := range documents {
		piece, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil || documents[at].JSON == "" {
			continue
		}
		if _, err := yaml.YAMLToJSONStrict(piece); err != nil {
			documents[at].Duplicate = strings.Contains(err.Error(), "already set in map")
		}
	}
}
