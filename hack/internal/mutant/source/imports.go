package source

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// majorVersion is the last element of a module's path, as in k8s.io/klog/v2. A v1 is the name of a package.
var majorVersion = regexp.MustCompile(`^v([2-9]|[1-9][0-9]+)$`)

// defaultName guesses the name of a package by its import path.
func defaultName(importPath string) string {
	base := path.Base(importPath)
	if majorVersion.MatchString(base) && !strings.HasPrefix(importPath, "k8s.io/api/") {
		base = path.Base(path.Dir(importPath))
	}
	base, _, _ = strings.Cut(base, ".") // gopkg.in/yaml.v3
	return base
}

// importsOf returns the paths that a file imports, by the name they have in it.
func importsOf(parsed *ast.File) map[string]string {
	imports := map[string]string{}
	for _, spec := range parsed.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has seen to it
		}
		name := defaultName(importPath)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name != "_" && name != "." {
			imports[name] = importPath
		}
	}
	return imports
}

// addImport sees to it that the import, a path or name=path, is there. It returns its name in the file if it was not
// there before.
func (f *file) addImport(spec string) (name string, err error) {
	name, importPath, named := strings.Cut(spec, "=")
	if !named {
		importPath, name = name, defaultName(name)
		if slices.Contains(slices.Collect(maps.Values(f.imports)), importPath) {
			return "", nil
		}
	}
	if !token.IsIdentifier(name) {
		return "", fmt.Errorf("import %q: %q cannot be a name; give it one, as in name=%s", spec, name, importPath)
	}
	switch there := f.imports[name]; there {
	case importPath:
		return "", nil
	case "":
		f.imports[name] = importPath
		f.added = append(f.added, name+" "+strconv.Quote(importPath))
		return name, nil
	default:
		return "", fmt.Errorf("import %q: %s is %s in this file; give it another name, as in other=%s", spec, name, there, importPath)
	}
}
