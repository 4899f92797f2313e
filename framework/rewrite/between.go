package rewrite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Between returns what of a stored pod contradicts the written one, in the order
// of the paths' fields. Both are the pod's spec as JSON values: maps, slices,
// strings, json.Number and booleans.
func Between(written, stored map[string]any) []Change {
	var c comparison
	c.object("spec", written, stored)
	return c.changes
}

// comparison collects changes.
type comparison struct{ changes []Change }

func (c *comparison) change(field string, written, stored any) {
	change := Change{Field: field, Written: text(written), Stored: text(stored)}
	if !corrected(field, change.Written, change.Stored) {
		c.changes = append(c.changes, change)
	}
}

// object compares the fields of two objects.
func (c *comparison) object(path string, written, stored map[string]any) {
	names := slices.AppendSeq(slices.Collect(maps.Keys(written)), maps.Keys(stored))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		field := path + "." + name
		if strings.HasPrefix(name, "[") { // an item of a list
			field = path + name
		}
		w, wasWritten := written[name]
		s, isStored := stored[name]
		switch {
		case !isStored && opened(name, w):
			c.value(field, name, w, emptyLike(w))
		case !wasWritten && opened(name, s):
			c.value(field, name, emptyLike(s), s)
		case !isStored && !gated.MatchString(field):
			c.change(field, w, nil)
		case !wasWritten && Behavioural(field) && !isDefault(field, text(s)):
			c.change(field, nil, s)
		case wasWritten && isStored:
			c.value(field, name, w, s)
		}
	}
}

// value compares two values of one field; name is its last word.
func (c *comparison) value(field, name string, written, stored any) {
	switch w := written.(type) {
	case map[string]any:
		if s, ok := stored.(map[string]any); ok {
			c.object(field, w, s)
			return
		}
	case []any:
		if s, ok := stored.([]any); ok {
			c.list(field, keys[name], w, s)
			return
		}
	default:
		if written == stored {
			return
		}
	}
	c.change(field, written, stored)
}

// list compares two lists: items with a key by that, other objects by their
// position, and lists of plain values as a whole.
func (c *comparison) list(field, key string, written, stored []any) {
	if key != "" {
		c.object(field, byKey(key, written), byKey(key, stored))
		return
	}
	if !objects(written) || !objects(stored) || len(stored) < len(written) || len(stored) > len(written) && Behavioural(field) {
		if text(written) != text(stored) {
			c.change(field, written, stored)
		}
		return
	}
	for i, w := range written {
		c.value(fmt.Sprintf("%s[%d]", field, i), "", w, stored[i])
	}
}

// opened tells whether a field that only one side has is told of by its parts: the
// hooks of a container, the items of a list that have names.
func opened(name string, value any) bool {
	switch value.(type) {
	case map[string]any:
		return name == "lifecycle"
	case []any:
		return keys[name] != ""
	default:
		return false
	}
}

func emptyLike(value any) any {
	if _, list := value.([]any); list {
		return []any{}
	}
	return map[string]any{}
}

// byKey makes an object of a list: its fields are the keys in brackets.
func byKey(key string, list []any) map[string]any {
	items := map[string]any{}
	for _, item := range list {
		if o, ok := item.(map[string]any); ok {
			items["["+text(o[key])+"]"] = o
		}
	}
	return items
}

func objects(list []any) bool {
	return !slices.ContainsFunc(list, func(item any) bool { _, ok := item.(map[string]any); return !ok })
}

// text is a value as a change has it: a text as it is, all else in JSON.
func text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false) // commands have their & and >
		if err := encoder.Encode(v); err != nil {
			return fmt.Sprint(v)
		}
		return strings.TrimSpace(b.String())
	}
}
