// Prints what one version of Kubernetes says of its API: the definitions that its kinds reach, as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset/scheme"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	client "k8s.io/client-go/kubernetes/scheme"
	aggregator "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset/scheme"
	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kubernetes/pkg/generated/openapi"
)

// Kind is a kind with the definition of its objects.
type Kind struct {
	APIVersion string
	Kind       string
	Type       string
}

// Field is a field of a definition.
type Field struct {
	Name     string
	Type     string
	Enum     []string
	Default  json.RawMessage
	List     string
	Required bool
}

// API is all that is known of one version.
type API struct {
	Version string
	Kinds   []Kind
	Types   map[string][]Field
}

type removed interface {
	APILifecycleRemoved() (major, minor int)
}

// What the definitions say nothing of: these types decode themselves.
var special = map[string]string{
	"io.k8s.apimachinery.pkg.api.resource.Quantity":   "quantity",
	"io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
	"io.k8s.apimachinery.pkg.apis.meta.v1.Time":       "time",
	"io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime":  "micro-time",
	"io.k8s.apimachinery.pkg.apis.meta.v1.Duration":   "duration",
	"io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1":   "any",
	"io.k8s.apimachinery.pkg.runtime.RawExtension":    "any",
}

var selfDecoding = []string{"JSON", "JSONSchemaPropsOrArray", "JSONSchemaPropsOrBool", "JSONSchemaPropsOrStringArray"}

func main() {
	version := os.Args[1]
	definitions := map[string]common.OpenAPIDefinition{}
	for name, definition := range openapi.GetOpenAPIDefinitions(func(path string) spec.Ref {
		return spec.MustCreateRef("#/" + modelName(path))
	}) {
		definitions[modelName(name)] = definition
	}
	api := API{Version: version, Types: map[string][]Field{}}
	seen := map[schema.GroupVersionKind]bool{}
	for _, scheme := range []*runtime.Scheme{client.Scheme, apiextensions.Scheme, aggregator.Scheme} {
		for gvk, goType := range scheme.AllKnownTypes() {
			if seen[gvk] || !isServed(scheme, gvk, version) {
				continue
			}
			seen[gvk] = true
			name := modelName(goType.PkgPath() + "." + goType.Name())
			if _, found := definitions[name]; !found {
				fail("%s has no definition", name)
			}
			api.Kinds = append(api.Kinds, Kind{gvk.GroupVersion().String(), gvk.Kind, short(name)})
			api.add(definitions, name)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(api); err != nil {
		fail("%v", err)
	}
}

// isServed tells a kind of object that this version's API server may serve from one that it dropped.
func isServed(scheme *runtime.Scheme, gvk schema.GroupVersionKind, version string) bool {
	goType := scheme.AllKnownTypes()[gvk]
	if gvk.Version == runtime.APIVersionInternal {
		return false
	}
	meta, found := goType.FieldByName("ObjectMeta")
	if !found || meta.Type.Name() != "ObjectMeta" {
		return false
	}
	object, isRemoved := reflect.New(goType).Interface().(removed)
	if !isRemoved {
		return true
	}
	_, removedIn := object.APILifecycleRemoved()
	minor, err := strconv.Atoi(strings.Split(version, ".")[1])
	if err != nil {
		fail("%v", err)
	}
	return removedIn > minor
}

func (api *API) add(definitions map[string]common.OpenAPIDefinition, name string) {
	if _, done := api.Types[short(name)]; done {
		return
	}
	api.Types[short(name)] = nil
	definition := definitions[name]
	fields := []Field{}
	for field, property := range definition.Schema.Properties {
		written := Field{
			Name:     field,
			Type:     api.expression(definitions, property),
			Required: slices.Contains(definition.Schema.Required, field),
			List:     listType(property),
		}
		values := property.Enum
		if property.Items != nil && property.Items.Schema != nil {
			values = append(values, property.Items.Schema.Enum...)
		}
		for _, value := range values {
			written.Enum = append(written.Enum, value.(string))
		}
		slices.Sort(written.Enum)
		if property.Default != nil {
			value, err := json.Marshal(property.Default)
			if err != nil {
				fail("%v", err)
			}
			if text := string(value); text != "{}" && text != `""` && text != "0" && text != "false" {
				written.Default = value
			}
		}
		fields = append(fields, written)
	}
	slices.SortFunc(fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	api.Types[short(name)] = fields
}

func (api *API) expression(definitions map[string]common.OpenAPIDefinition, property spec.Schema) string {
	reference := property.Ref.String()
	if reference == "" && len(property.AllOf) == 1 {
		reference = property.AllOf[0].Ref.String()
	}
	if name, found := strings.CutPrefix(reference, "#/"); found {
		return api.named(definitions, name)
	}
	if len(property.Type) != 1 {
		return "any"
	}
	switch kind := property.Type[0] + " " + property.Format; {
	case kind == "string byte":
		return "bytes"
	case kind == "integer int32", kind == "integer int64":
		return property.Format
	case kind == "number double":
		return "number"
	case kind == "string ":
		return "string"
	case kind == "boolean ":
		return "boolean"
	case property.Type[0] == "array":
		return "[" + api.expression(definitions, *property.Items.Schema) + "]"
	case property.Type[0] == "object" && property.AdditionalProperties != nil:
		return "{" + api.expression(definitions, *property.AdditionalProperties.Schema) + "}"
	case property.Type[0] == "object":
		return "any"
	default:
		fail("unknown type %q", kind)
		return ""
	}
}

func (api *API) named(definitions map[string]common.OpenAPIDefinition, name string) string {
	if word, found := special[name]; found {
		return word
	}
	if strings.Contains(name, "apiextensions") && slices.Contains(selfDecoding, name[strings.LastIndex(name, ".")+1:]) {
		return "any"
	}
	definition, found := definitions[name]
	if !found {
		fail("%s has no definition", name)
	}
	if len(definition.Schema.Type) == 1 && definition.Schema.Type[0] == "object" {
		api.add(definitions, name)
		return short(name)
	}
	return api.expression(definitions, definition.Schema)
}

func listType(property spec.Schema) string {
	kind, _ := property.Extensions.GetString("x-kubernetes-list-type")
	if kind == "" {
		if kind, _ = property.Extensions.GetString("x-kubernetes-map-type"); kind != "" {
			return kind
		}
	}
	if kind != "map" {
		return kind
	}
	keys, _ := property.Extensions.GetStringSlice("x-kubernetes-list-map-keys")
	return "map:" + strings.Join(keys, ",")
}

// modelName makes io.k8s.api.core.v1.Pod of k8s.io/api/core/v1.Pod.
func modelName(path string) string {
	host, rest, found := strings.Cut(path, "/")
	if !found {
		return path
	}
	words := strings.Split(host, ".")
	slices.Reverse(words)
	return strings.Join(words, ".") + "." + strings.ReplaceAll(rest, "/", ".")
}

// short leaves out what every name begins with.
func short(name string) string {
	for _, prefix := range []string{"io.k8s.api.", "io.k8s.apimachinery.pkg.apis.", "io.k8s.apiextensions-apiserver.pkg.apis.", "io.k8s.kube-aggregator.pkg.apis."} {
		if rest, found := strings.CutPrefix(name, prefix); found {
			return rest
		}
	}
	return name
}

func fail(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
	os.Exit(1)
}
