package mutant

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

// Load reads and validates every *.yaml at the root of fsys. The error names each file and definition that is
// wrong, not only the first; the others are returned all the same.
func Load(fsys fs.FS) ([]Definition, error) {
	requirements, err := requirement.Load()
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("the catalogue of mutants is empty: no *.yaml in it")
	}
	var all, right []Definition
	var errs []error
	for _, file := range files {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		list, err := decode(file, data)
		if err != nil {
			errs = append(errs, err)
		}
		for _, d := range list {
			problems := d.problems(requirements)
			for _, problem := range problems {
				errs = append(errs, d.Errorf("%s", problem))
			}
			if len(problems) == 0 {
				right = append(right, d)
			}
		}
		all = append(all, list...)
	}
	errs = append(errs, duplicates(all)...)
	return right, errors.Join(errs...)
}

// decode reads the definitions of one file. Each is decoded alone, so that an error can name it, and does not hide
// those of the others.
func decode(file string, data []byte) ([]Definition, error) {
	text, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var entries []json.RawMessage
	if err := json.Unmarshal(text, &entries); err != nil {
		return nil, fmt.Errorf("%s: it is not a list of definitions: %w", file, err)
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("%s: no definition in it", file)
	}
	var list []Definition
	var errs []error
	for i, entry := range entries {
		var d Definition
		strict := json.NewDecoder(bytes.NewReader(entry))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&d); err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", file, nameOf(entry, i), err))
			continue
		}
		d.File = file
		d.setModules()
		list = append(list, d)
	}
	return list, errors.Join(errs...)
}

// nameOf is the id of a definition that cannot be decoded, or its place in the file.
func nameOf(entry []byte, i int) string {
	var d struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(entry, &d); err != nil || d.ID == "" {
		return fmt.Sprintf("definition %d", i+1)
	}
	return d.ID
}

// Errorf is an error that begins with the file and the id of the definition.
func (d Definition) Errorf(format string, args ...any) error {
	return fmt.Errorf("%s: %s: %w", d.File, d.ID, fmt.Errorf(format, args...))
}

func (d Definition) setModules() {
	for i := range d.Source {
		if d.Source[i].Module == "" {
			d.Source[i].Module = d.Component.Module()
		}
	}
}

func duplicates(all []Definition) []error {
	var errs []error
	first := map[string]Definition{}
	for _, d := range all {
		key := strings.ToLower(d.ID)
		if other, ok := first[key]; ok {
			errs = append(errs, d.Errorf("the id is there twice: %s has %s", other.File, other.ID))
			continue
		}
		first[key] = d
	}
	return errs
}

// Select returns the definitions whose id is named, in their own order; * stands for anything. A name that fits none
// is an error.
func Select(all []Definition, names []string) ([]Definition, error) {
	var errs []error
	named := map[string]bool{}
	for _, name := range names {
		fits := false
		for _, d := range all {
			if Matches(strings.ToLower(name), strings.ToLower(d.ID)) {
				fits, named[d.ID] = true, true
			}
		}
		if !fits {
			errs = append(errs, fmt.Errorf("no mutant %q%s", name, requirement.Suggest(name, ids(all))))
		}
	}
	var selected []Definition
	for _, d := range all {
		if named[d.ID] {
			selected = append(selected, d)
		}
	}
	return selected, errors.Join(errs...)
}

func ids(all []Definition) []string {
	ids := make([]string, 0, len(all))
	for _, d := range all {
		ids = append(ids, d.ID)
	}
	return ids
}

// Matches tells whether the pattern fits a name, as `hookcheck run --requirement` has it.
func Matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}
