// Merges the APIs of several versions into one text; src/schema/data/README.md describes it.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

type kind struct {
	APIVersion, Kind, Type string
}

type field struct {
	Name, Type string
	Enum       []string
	Default    json.RawMessage
	List       string
	Required   bool
}

type api struct {
	Version string
	Kinds   []kind
	Types   map[string][]field
}

// values stands between a field and its values, which end a line as they may hold spaces.
const values = "\x00"

// masks has the versions of each line of a section, one bit for each.
type masks map[string]uint

// isAccepted says whether an API server takes objects without this field, though the definitions require
// it: its zero value is a good one. Seen on a real one, or read in the validation of the kind.
func isAccepted(holder string, of field, others []field) bool {
	if of.Type == "boolean" || strings.Contains(holder, "alpha") {
		return true
	}
	if slices.Contains(accepted, holder+"."+of.Name) {
		return true
	}
	// What a later version no longer requires was never refused.
	return slices.ContainsFunc(others, func(other field) bool { return other.Name == of.Name && !other.Required })
}

var accepted = []string{
	"apps.v1.ControllerRevision.revision",
	"core.v1.Event.involvedObject",
	"core.v1.Event.metadata",
	"core.v1.HTTPHeader.value",
	"core.v1.ISCSIPersistentVolumeSource.lun",
	"core.v1.ISCSIVolumeSource.lun",
	"core.v1.LimitRangeSpec.limits",
	"core.v1.PreferredSchedulingTerm.preference",
	"core.v1.SleepAction.seconds",
	"core.v1.Sysctl.value",
	"storage.v1.CSIDriver.spec",
	"storage.v1.CSINode.spec",
	"storage.v1.CSINodeSpec.drivers",
}

func main() {
	var apis []api
	for _, path := range os.Args[1:] {
		text, err := os.ReadFile(path)
		check(err)
		var read api
		check(json.Unmarshal(text, &read))
		apis = append(apis, read)
	}
	slices.SortFunc(apis, func(a, b api) int { return strings.Compare(a.Version, b.Version) })
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	fmt.Fprint(output, "versions")
	for _, api := range apis {
		fmt.Fprint(output, " ", api.Version)
	}
	fmt.Fprintln(output)
	all := uint(1)<<len(apis) - 1
	kinds := masks{}
	types := map[string]masks{}
	for at, api := range apis {
		for _, kind := range api.Kinds {
			kinds[fmt.Sprintf("kind %s %s %s", kind.APIVersion, kind.Kind, kind.Type)] |= 1 << at
		}
		for name := range api.Types {
			types[name] = masks{}
		}
	}
	for name, fields := range types {
		enums := map[string]masks{}
		for at, api := range apis {
			for _, field := range api.Types[name] {
				if enums[field.Name] == nil {
					enums[field.Name] = masks{}
				}
				for _, value := range field.Enum {
					enums[field.Name][value] |= 1 << at
				}
			}
		}
		latest := apis[len(apis)-1].Types[name]
		for at, api := range apis {
			for _, field := range api.Types[name] {
				field.Required = field.Required && !isAccepted(name, field, latest)
				fields[line(name, field, enums[field.Name], all)] |= 1 << at
			}
		}
	}
	write(output, "", kinds, all)
	for _, name := range slices.Sorted(maps.Keys(types)) {
		fmt.Fprintln(output, "type", name)
		write(output, " ", types[name], all)
	}
}

func write(output *bufio.Writer, indent string, lines masks, all uint) {
	for _, line := range slices.Sorted(maps.Keys(lines)) {
		before, after, _ := strings.Cut(line, values)
		if after != "" {
			after = " =" + after
		}
		fmt.Fprint(output, indent, before, mask(lines[line], all), after, "\n")
	}
}

func mask(versions, all uint) string {
	if versions == all {
		return ""
	}
	return fmt.Sprintf(" @%x", versions)
}

func line(holder string, field field, enum masks, all uint) string {
	line := field.Name
	if field.Required {
		line += "!"
	}
	line += " " + relative(holder, field.Type)
	if field.List != "" {
		line += " :" + field.List
	}
	if field.Default != nil && string(field.Default) != "null" {
		line += " ?" + string(field.Default)
	}
	if strings.Contains(string(field.Default), " ") {
		panic("the format has no place for the default " + string(field.Default))
	}
	if len(field.Enum) > 0 {
		var list []string
		for _, value := range slices.Sorted(maps.Keys(enum)) {
			if strings.ContainsAny(value, "|@") {
				panic("the format has no place for the value " + value)
			}
			list = append(list, value+strings.TrimSpace(mask(enum[value], all)))
		}
		line += values + strings.Join(list, "|")
	}
	return line
}

// relative leaves out the package of a type that stands in its holder's.
func relative(holder, kind string) string {
	name := strings.TrimLeft(kind, "[{")
	opening := kind[:len(kind)-len(name)]
	home := holder[:strings.LastIndex(holder, ".")+1]
	return opening + strings.TrimPrefix(name, home)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
