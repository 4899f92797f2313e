package history

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// record is one line of a history file: exactly one of its fields is set.
type record struct {
	Header *Header `json:"header,omitempty"`
	Event  *Event  `json:"event,omitempty"`
	Footer *Footer `json:"footer,omitempty"`
}

// Encode writes the raw events as JSON lines: a header, the events, a footer
// where the recording has ended.
func (h *History) Encode(w io.Writer) error {
	enc := json.NewEncoder(w)
	if err := enc.Encode(record{Header: &h.Header}); err != nil {
		return err
	}
	for i := range h.Events {
		e := h.Events[i]
		if e.Derived() {
			continue
		}
		if err := enc.Encode(record{Event: &e}); err != nil {
			return fmt.Errorf("event %d: %w", e.Seq, err)
		}
	}
	if h.Footer == nil {
		return nil
	}
	return enc.Encode(record{Footer: h.Footer})
}

// Save writes the history to a file, whole or not at all.
func (h *History) Save(path string) error {
	var b bytes.Buffer
	if err := h.Encode(&b); err != nil {
		return fmt.Errorf("history %s: %w", h.Header.Scenario, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp := path + ".partial"
	if err := os.WriteFile(tmp, b.Bytes(), 0o644); err != nil {
		_ = os.Remove(tmp) // on a full disk a part of it only takes the room of others
		return err
	}
	return os.Rename(tmp, path)
}

// Digest returns "sha256:" and the hexadecimal SHA-256 of a history file, by which
// a verdict names the record that it was made from.
func Digest(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// maxLine bounds a line of a history file, in bytes. A pod is at most 1.5 MiB
// in etcd (its default request limit).
const maxLine = 4 << 20

// Decode reads what Encode wrote. A last line that was cut off is left out and
// the history has no footer; any other damage is an error that names the line.
func Decode(r io.Reader) (*History, error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxLine)
	whole := false // the line ended in a newline
	scanner.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		advance, token, err := bufio.ScanLines(data, atEOF)
		whole = advance > 0 && data[advance-1] == '\n'
		return advance, token, err
	})
	var h *History
	var torn error
	n := 1
	for ; scanner.Scan(); n++ {
		if torn != nil {
			return nil, torn
		}
		var rec record
		if err := json.Unmarshal(scanner.Bytes(), &rec); err != nil {
			torn = fmt.Errorf("line %d: %w", n, err)
			if whole || h != nil && h.Footer != nil {
				return nil, torn
			}
			continue
		}
		switch {
		case h == nil && rec.Header == nil:
			return nil, fmt.Errorf("line %d: the first line of a history is its header", n)
		case h == nil:
			if rec.Header.APIVersion != Version {
				return nil, fmt.Errorf("line %d: version %q is not %q, which this hookcheck reads", n, rec.Header.APIVersion, Version)
			}
			h = New(*rec.Header)
		case h.Footer != nil:
			return nil, fmt.Errorf("line %d: something follows the footer", n)
		case rec.Footer != nil:
			h.Footer = rec.Footer
		case rec.Event == nil:
			return nil, fmt.Errorf("line %d: neither event nor footer", n)
		default:
			if err := rec.Event.check(); err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			h.next = rec.Event.Seq // keep the numbers that results cite
			h.Append(*rec.Event)
		}
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", n, err)
	}
	if h == nil {
		return nil, errors.Join(errors.New("the history is empty"), torn)
	}
	return h, nil
}

// check refuses an event that the rest of the package could not handle.
func (e *Event) check() error {
	ok := true
	switch e.Kind {
	case KindPod, KindWritten:
		ok = e.PodObject != nil
	case KindEvent:
		ok = e.EventObject != nil
	case KindSlice:
		ok = e.SliceObject != nil
	case KindStep, KindLog, KindGap, KindNote:
	default:
		return fmt.Errorf("an event of kind %q is not one that is stored", e.Kind)
	}
	if !ok {
		return fmt.Errorf("an event of kind %q lacks its object", e.Kind)
	}
	return nil
}

// Load reads a history file.
func Load(path string) (*History, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h, err := Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return h, nil
}
