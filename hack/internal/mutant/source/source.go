// Package source puts mutants into Go sources, each behind a switch.
//
// A function that a mutant changes gets a copy, killContainer_K01 for killContainer, in which the change is made. The
// original begins with a statement that calls the copy if package hookcheckmutant says that the mutant is on for the
// pod at hand. So the mutants of one function do not meet, and with none on the program is the original.
//
// Positions come from go/parser, and all editing is of text: what is not changed stays as it was written, and on its
// line. Nothing is type-checked; that is the compiler's, which names the mutant in its errors (LinePrefix).
package source

import (
	"embed"
	"errors"
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"slices"
	"testing/fstest"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

// LinePrefix begins the name of the file that the compiler says an error is in, if it is in what a mutant changed.
// The mutant's id comes next, then a slash.
const LinePrefix = "/mutant/"

// switchDir is where package hookcheckmutant is in each changed module.
const switchDir = "pkg/hookcheckmutant"

//go:embed hookcheckmutant/hookcheckmutant.go
var switches embed.FS

// Open returns the files of a module.
type Open func(module string) (fs.FS, error)

// Instrument puts the mutants into the sources, which open gives. It returns the files that are changed or new, by
// module. The error names every change that cannot be made.
func Instrument(definitions []mutant.Definition, open Open) (map[string]fs.FS, error) {
	var order []place
	changes := map[place][]mutation{}
	for _, d := range definitions {
		for _, c := range d.Source {
			at := place{c.Module, c.File}
			if _, ok := changes[at]; !ok {
				order = append(order, at)
			}
			changes[at] = append(changes[at], mutation{d, []mutant.Change{c}})
		}
	}
	out := map[string]fs.FS{}
	var errs []error
	for _, at := range order {
		text, err := at.instrument(changes[at], open)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		files, ok := out[at.module].(fstest.MapFS)
		if !ok {
			source, err := switches.ReadFile("hookcheckmutant/hookcheckmutant.go")
			if err != nil {
				return nil, err
			}
			files = fstest.MapFS{path.Join(switchDir, "hookcheckmutant.go"): {Data: source, Mode: 0o644}}
			out[at.module] = files
		}
		files[at.file] = &fstest.MapFile{Data: text, Mode: 0o644}
	}
	return out, errors.Join(errs...)
}

// place is a file of a module.
type place struct{ module, file string }

func (at place) instrument(mutations []mutation, open Open) ([]byte, error) {
	f, err := at.read(open)
	if err != nil {
		var errs []error
		for _, m := range mutations {
			errs = append(errs, m.Errorf("%w", err))
		}
		return nil, errors.Join(errs...)
	}
	var errs []error
	var order []*ast.FuncDecl
	functions := map[*ast.FuncDecl][]mutation{}
	for _, m := range mutations {
		decl, err := find(f.parsed, m.changes[0].Function)
		if err != nil {
			errs = append(errs, m.Errorf("%s: %s: %w", at.file, m.changes[0].Function, err))
			continue
		}
		if _, ok := functions[decl]; !ok {
			order = append(order, decl)
		}
		functions[decl] = add(functions[decl], m)
	}
	for _, decl := range order {
		errs = append(errs, f.instrument(decl, functions[decl])...)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return f.result()
}

// add puts a change to those of the same mutant.
func add(all []mutation, m mutation) []mutation {
	i := slices.IndexFunc(all, func(other mutation) bool { return other.ID == m.ID })
	if i < 0 {
		return append(all, m)
	}
	all[i].changes = append(all[i].changes, m.changes...)
	return all
}

func (at place) read(open Open) (*file, error) {
	module, err := open(at.module)
	if err != nil {
		return nil, err
	}
	text, err := fs.ReadFile(module, at.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no such file in %s", at.file, at.module)
	}
	if err != nil {
		return nil, err
	}
	f, err := parse(at.module, at.file, text)
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", at.file, at.module, err)
	}
	return f, nil
}
