package cri

import (
	"encoding/json"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// The functions of this file read and change a message by the fields that a definition gives: names as in the CRI's
// api.proto or its JSON, values as in its JSON. A field that is a message takes a map of its own fields; those that it
// does not name stay. A map takes the entries that are to be added.

// set sets the fields; null clears one.
func set(m protoreflect.Message, fields map[string]any) error {
	return each(m, fields, func(fd protoreflect.FieldDescriptor, value any) error {
		if nested, ok := nestedIn(fd, value); ok {
			return set(m.Mutable(fd).Message(), nested)
		}
		parsed, err := parse(m, fd, value)
		if err != nil {
			return err
		}
		switch {
		case fd.IsMap():
			parsed.Get(fd).Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
				m.Mutable(fd).Map().Set(k, v)
				return true
			})
		case value == nil, fd.IsList() && !parsed.Has(fd):
			m.Clear(fd)
		default:
			m.Set(fd, parsed.Get(fd))
		}
		return nil
	})
}

// matches tells whether the fields have these values; null stands for a field that is not set.
func matches(m protoreflect.Message, fields map[string]any) (bool, error) {
	all := true
	err := each(m, fields, func(fd protoreflect.FieldDescriptor, value any) error {
		if nested, ok := nestedIn(fd, value); ok {
			same, err := matches(m.Get(fd).Message(), nested)
			all = all && same
			return err
		}
		parsed, err := parse(m, fd, value)
		if err != nil {
			return err
		}
		switch {
		case value == nil:
			all = all && !m.Has(fd)
		case fd.IsMap():
			parsed.Get(fd).Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
				has := m.Get(fd).Map().Get(k)
				all = all && has.IsValid() && has.Equal(v)
				return all
			})
		default:
			all = all && parsed.Get(fd).Equal(m.Get(fd))
		}
		return nil
	})
	return all && err == nil, err
}

// multiply multiplies number fields.
func multiply(m protoreflect.Message, by map[string]float64) error {
	return each(m, by, func(fd protoreflect.FieldDescriptor, factor float64) error {
		now := m.Get(fd)
		switch fd.Kind() {
		case protoreflect.Int64Kind:
			m.Set(fd, protoreflect.ValueOfInt64(int64(math.Round(float64(now.Int())*factor))))
		case protoreflect.Int32Kind:
			m.Set(fd, protoreflect.ValueOfInt32(int32(math.Round(float64(now.Int())*factor))))
		default:
			return fmt.Errorf("a field of type %s cannot be multiplied", fd.Kind())
		}
		return nil
	})
}

// each calls do for each of the fields. An error names the field.
func each[V any](m protoreflect.Message, fields map[string]V, do func(fd protoreflect.FieldDescriptor, value V) error) error {
	for name, value := range fields {
		known := m.Descriptor().Fields()
		fd := known.ByName(protoreflect.Name(name))
		if fd == nil {
			fd = known.ByJSONName(name)
		}
		if fd == nil {
			return fmt.Errorf("%s has no field %s", m.Descriptor().Name(), name)
		}
		if err := do(fd, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// nestedIn returns the fields of a field that is a message.
func nestedIn(fd protoreflect.FieldDescriptor, value any) (map[string]any, bool) {
	nested, ok := value.(map[string]any)
	return nested, ok && fd.Message() != nil && !fd.IsMap() && !fd.IsList()
}

// parse returns a message like m in which nothing but that field is set.
func parse(m protoreflect.Message, fd protoreflect.FieldDescriptor, value any) (protoreflect.Message, error) {
	text, err := json.Marshal(map[string]any{string(fd.Name()): value})
	if err != nil {
		return nil, err
	}
	parsed := m.New()
	if err := protojson.Unmarshal(text, parsed.Interface()); err != nil {
		return nil, fmt.Errorf("%v cannot be its value: %w", value, err)
	}
	return parsed, nil
}
