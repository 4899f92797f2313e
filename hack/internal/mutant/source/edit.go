package source

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// edit puts text in the place of the bytes from from to to.
type edit struct {
	from, to int
	text     string
}

// apply returns the part of src between two offsets, edited. Edits at the same place keep their order.
func apply(src []byte, from, to int, edits ...edit) string {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	var b strings.Builder
	for _, e := range edits {
		b.Write(src[from:e.from])
		b.WriteString(e.text)
		from = e.to
	}
	b.Write(src[from:to])
	return b.String()
}

// overlap is an error where two edits meet.
func overlap(edits []edit) error {
	for i, a := range edits {
		for _, b := range edits[:i] {
			if a.from < b.to && b.from < a.to || a.from == b.from {
				return fmt.Errorf("two changes of the mutant overlap; make one of them")
			}
		}
	}
	return nil
}
