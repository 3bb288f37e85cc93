// Prints what kstatus makes of objects: the oracle of tests/it/status.rs.
//
// Input on stdin: a JSON array of objects. Output: a JSON object with the version of the module and,
// for each object, its status; "Error" where kstatus refuses it.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

type answer struct {
	Version  string   `json:"version"`
	Statuses []string `json:"statuses"`
}

func main() {
	var objects []json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&objects); err != nil {
		fmt.Fprintln(os.Stderr, "cannot read the objects:", err)
		os.Exit(1)
	}
	result := answer{Version: version(), Statuses: []string{}}
	for _, object := range objects {
		result.Statuses = append(result.Statuses, compute(object))
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		fmt.Fprintln(os.Stderr, "cannot write the answer:", err)
		os.Exit(1)
	}
}

func compute(object []byte) string {
	read := unstructured.Unstructured{}
	if err := read.UnmarshalJSON(object); err != nil {
		return "Error"
	}
	result, err := status.Compute(&read)
	if err != nil {
		return "Error"
	}
	return string(result.Status)
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "sigs.k8s.io/cli-utils" {
			return module.Version
		}
	}
	return ""
}
