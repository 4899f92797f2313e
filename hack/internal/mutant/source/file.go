package source

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strings"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

// offsets gives the place of a position in the text.
type offsets func(token.Pos) int

// file is a Go source that is being changed.
type file struct {
	module, path string
	text         []byte
	parsed       *ast.File
	offset       offsets
	line         func(token.Pos) int
	imports      map[string]string // paths, by the name in this file

	added    []string // imports that are to be added
	edits    []edit   // of what is there
	appended strings.Builder
}

func parse(module, name string, text []byte) (*file, error) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	positions := set.File(parsed.FileStart)
	return &file{
		module: module, path: name, text: text, parsed: parsed, imports: importsOf(parsed),
		offset: func(p token.Pos) int { return positions.Offset(p) },
		line:   func(p token.Pos) int { return positions.PositionFor(p, false).Line },
	}, nil
}

// importPath is that of the file's package.
func (f *file) importPath() string { return path.Join(f.module, path.Dir(f.path)) }

// mutation is everything that one mutant changes in one function.
type mutation struct {
	mutant.Definition
	changes []mutant.Change
}

// function is one that some mutants change.
type function struct {
	*file
	decl *ast.FuncDecl
	signature
}

// instrument makes a copy of the function for each mutant, and has the original call the copies.
func (f *file) instrument(decl *ast.FuncDecl, mutations []mutation) []error {
	fn := function{file: f, decl: decl, signature: signatureOf(decl, f.offset)}
	var prologue strings.Builder
	var errs []error
	for _, m := range mutations {
		text, err := fn.mutate(m)
		if err != nil {
			errs = append(errs, m.Errorf("%s: %s: %w", f.path, decl.Name.Name, err))
			continue
		}
		prologue.WriteString(text)
	}
	begin := f.offset(decl.Body.Lbrace) + 1
	f.edits = append(f.edits, fn.naming...)
	// On the line of the brace, so that the lines below keep their numbers.
	f.edits = append(f.edits, edit{from: begin, to: begin, text: prologue.String()})
	return errs
}

// mutate appends to the file what the mutant needs, and returns the statement for the original's beginning.
func (fn function) mutate(m mutation) (string, error) {
	edits, err := fn.editsOf(m)
	if err != nil {
		return "", err
	}
	name := fn.decl.Name.Name + "_" + strings.ReplaceAll(m.ID, "-", "_")
	text := fn.renamed(name, fn.decl.End(), edits...)
	if err := isDeclaration(text); err != nil {
		return "", fmt.Errorf("the changed function is no Go: %w", err)
	}
	fn.declare(m.ID, text)
	if err := fn.importFor(m, []byte(text)); err != nil {
		return "", err
	}
	whose, err := fn.whose(m, name)
	if err != nil {
		return "", err
	}
	call := fn.call(name)
	if fn.results {
		return fmt.Sprintf(" if hookcheckmutant.On(%q, %s) { return %s }; ", m.ID, whose, call), nil
	}
	return fmt.Sprintf(" if hookcheckmutant.On(%q, %s) { %s; return }; ", m.ID, whose, call), nil
}

// editsOf resolves what is to be found.
func (fn function) editsOf(m mutation) ([]edit, error) {
	begin, end := fn.offset(fn.decl.Body.Lbrace)+1, fn.offset(fn.decl.Body.Rbrace)
	var edits []edit
	for _, c := range m.changes {
		if c.Body != nil {
			edits = append(edits, edit{from: begin, to: end, text: "\n" + *c.Body + "\n"})
			continue
		}
		from, to, err := locate(fn.text[begin:end], c.Find)
		if err != nil {
			return nil, err
		}
		if fn.same(c.Find, *c.Replace) {
			return nil, fmt.Errorf("find and replace are the same: %s", c.Find)
		}
		edits = append(edits, edit{from: begin + from, to: begin + to, text: *c.Replace})
	}
	return edits, overlap(edits)
}

// locate returns where in the body the tokens are that stand in it exactly once.
func locate(body []byte, wanted string) (from, to int, err error) {
	want, err := lexemes([]byte(wanted))
	if err != nil {
		return 0, 0, fmt.Errorf("find is no Go: %w: %s", err, wanted)
	}
	if len(want) == 0 {
		return 0, 0, fmt.Errorf("find has no token: %q", wanted)
	}
	all, err := lexemes(body)
	if err != nil {
		return 0, 0, err
	}
	found := occurrences(all, want)
	if len(found) != 1 {
		return 0, 0, fmt.Errorf("find stands %d times in its body, want once: %s", len(found), wanted)
	}
	return all[found[0]].from, all[found[0]+len(want)-1].to, nil
}

// same tells whether two texts have the same tokens.
func (function) same(a, b string) bool {
	first, _ := lexemes([]byte(a))
	second, _ := lexemes([]byte(b))
	return len(first) == len(second) && len(occurrences(first, second)) > 0
}

// renamed is the declaration up to end, under another name.
func (fn function) renamed(name string, end token.Pos, edits ...edit) string {
	ident := fn.decl.Name
	edits = append(edits, edit{from: fn.offset(ident.Pos()), to: fn.offset(ident.End()), text: name})
	begin, stop := fn.offset(fn.decl.Pos()), fn.offset(end)
	return apply(fn.text, begin, stop, append(edits, fn.naming...)...)
}

// declare adds a declaration to the end of the file, at the line of the original in a file named after the mutant:
// that is what the compiler says of errors in it.
func (fn function) declare(id, text string) {
	fmt.Fprintf(&fn.appended, "\n//line %s%s/%s:%d\n%s\n", LinePrefix, id, path.Base(fn.path), fn.line(fn.decl.Pos()), text)
}

// whose is an expression for the namespace of the pod that the function is called for.
func (fn function) whose(m mutation, name string) (string, error) {
	if m.Global {
		return `""`, nil
	}
	body := ""
	for _, c := range m.changes {
		if c.Namespace == "" {
			continue
		}
		if _, err := parser.ParseExpr(c.Namespace); err != nil {
			return "", fmt.Errorf("namespace is no Go expression: %w: %s", err, c.Namespace)
		}
		expression := "return " + c.Namespace
		if body != "" && body != expression {
			return "", fmt.Errorf("two changes of this function have different namespaces")
		}
		body = expression
	}
	if body == "" {
		var err error
		if body, err = fn.podNamespace(fn.file); err != nil {
			return "", err
		}
	}
	name += "_namespace"
	fn.declare(m.ID, fn.renamed(name, fn.decl.Type.Params.End())+" string { "+body+" }")
	return fn.call(name), nil
}

// importFor adds what the mutant imports, and wants it used by the changed function: the compiler's complaint would
// not say whose import it is.
func (fn function) importFor(m mutation, text []byte) error {
	for _, c := range m.changes {
		for _, spec := range c.Imports {
			name, err := fn.addImport(spec)
			if err != nil {
				return err
			}
			if name != "" && !uses(text, name) {
				return fmt.Errorf("import %q: the changed function has no %s.; if the package has another name, write name=path", spec, name)
			}
		}
	}
	return nil
}

// result is the text of the changed file.
func (f *file) result() ([]byte, error) {
	imports := fmt.Sprintf("; import hookcheckmutant %q", path.Join(f.module, switchDir))
	for _, added := range f.added {
		imports += "; import " + added
	}
	end := f.offset(f.parsed.Name.End())
	edits := append([]edit{{from: end, to: end, text: imports}}, f.edits...)
	text := apply(f.text, 0, len(f.text), edits...) + "\n" + f.appended.String()
	_, err := parser.ParseFile(token.NewFileSet(), f.path, text, parser.SkipObjectResolution)
	return []byte(text), err
}

// isDeclaration returns what is wrong with the text of a function, or nil.
func isDeclaration(text string) error {
	parsed, err := parser.ParseFile(token.NewFileSet(), "", "package p; "+text, parser.SkipObjectResolution)
	if err == nil && len(parsed.Decls) != 1 {
		err = fmt.Errorf("it has become %d declarations", len(parsed.Decls))
	}
	return err
}
