package rewrite

import (
	"fmt"
	"slices"
	"strings"
)

// A Change is one field of which a stored pod contradicts the written one.
type Change struct {
	// Pod is the pod's name.
	Pod string `json:"pod"`
	// Field is its path: spec.containers[app].lifecycle.preStop.
	Field string `json:"field"`
	// Written and Stored are the values, in JSON, or the text where it is one.
	// Empty: the field is not there.
	Written string `json:"written,omitempty"`
	Stored  string `json:"stored,omitempty"`
}

// valueLimit caps a value in a sentence, in runes: a command may be a whole
// script.
const valueLimit = 60

// String says what became of the field.
func (c Change) String() string {
	switch {
	case c.Stored == "":
		return c.Field + " was removed"
	case c.Written == "" && whole.MatchString(c.Field):
		return c.Field + " was added"
	case c.Written == "":
		return fmt.Sprintf("%s, which was not written, is %s", c.Field, cut(c.Stored))
	default:
		return fmt.Sprintf("%s %s became %s", c.Field, cut(c.Written), cut(c.Stored))
	}
}

// told is how many changes a summary tells of before it only counts them.
const told = 4

// Summary tells of the changes in one line: what stands before the reason of a
// verdict that may be due to them. A change that several pods share is told once.
// It is empty where there are none.
func Summary(changes []Change) string {
	var texts []string
	pods := map[string][]string{}
	for _, c := range changes {
		text := c.String()
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
		if !slices.Contains(pods[text], c.Pod) {
			pods[text] = append(pods[text], c.Pod)
		}
	}
	if len(texts) == 0 {
		return ""
	}
	all := Pods(changes)
	whose := "the pod " + all[0]
	if len(all) > 1 {
		whose = fmt.Sprintf("%d pods", len(all))
	}
	var parts []string
	for _, text := range texts[:min(len(texts), told)] {
		switch in := pods[text]; {
		case len(in) == len(all):
		case len(in) == 1:
			text += " in " + in[0]
		default:
			text += fmt.Sprintf(" in %d of them", len(in))
		}
		parts = append(parts, text)
	}
	if more := len(texts) - told; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return fmt.Sprintf("the platform rewrote %s: %s", whose, strings.Join(parts, "; "))
}

// Pods returns the names of the pods that the changes are about, each once.
func Pods(changes []Change) []string {
	var names []string
	for _, c := range changes {
		if !slices.Contains(names, c.Pod) {
			names = append(names, c.Pod)
		}
	}
	return names
}

// cut is a value for a sentence: one line, not too long.
func cut(value string) string {
	value = strings.Join(strings.Fields(value), " ")
	if runes := []rune(value); len(runes) > valueLimit {
		return string(runes[:valueLimit-1]) + "…"
	}
	return value
}
