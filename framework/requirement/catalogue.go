package requirement

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"sigs.k8s.io/yaml"

	"github.com/hookcheck/hookcheck/framework/suggest"
)

//go:embed catalogue/*.yaml
var embedded embed.FS

// A Catalogue is a validated set of requirements.
type Catalogue struct {
	byID  map[string]Requirement
	order []string
}

// Load returns the embedded catalogue. It is read once a process.
func Load() (*Catalogue, error) { return load() }

var load = sync.OnceValues(func() (*Catalogue, error) { return LoadFS(embedded) })

// LoadFS reads and validates every catalogue/<area>.yaml of fsys. The error
// names each file and requirement that is wrong, not only the first.
func LoadFS(fsys fs.FS) (*Catalogue, error) {
	files, err := fs.Glob(fsys, "catalogue/*.yaml")
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("the catalogue is empty: no catalogue/*.yaml")
	}
	c := &Catalogue{byID: map[string]Requirement{}}
	var errs []error
	for _, file := range files {
		area := strings.TrimSuffix(path.Base(file), ".yaml")
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		var list []Requirement
		if err := yaml.UnmarshalStrict(data, &list); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", file, err))
			continue
		}
		if len(list) == 0 {
			errs = append(errs, fmt.Errorf("%s: no requirement in it", file))
		}
		for _, r := range list {
			if r.Area != "" {
				errs = append(errs, fmt.Errorf("%s: %s: area is set from the file's name; remove it", file, r.ID))
			}
			r.Area = area
			if err := r.Validate(); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", file, err))
			}
			if _, twice := c.byID[r.ID]; twice {
				errs = append(errs, fmt.Errorf("%s: %s: the id is there twice", file, r.ID))
				continue
			}
			c.byID[r.ID] = r
			c.order = append(c.order, r.ID)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return c, nil
}

// All returns the requirements in the order of the files.
func (c *Catalogue) All() []Requirement {
	all := make([]Requirement, 0, len(c.order))
	for _, id := range c.order {
		all = append(all, c.byID[id])
	}
	return all
}

// Get returns the requirement of that id. For an unknown one the error
// suggests the nearest id.
func (c *Catalogue) Get(id string) (Requirement, error) {
	if r, ok := c.byID[id]; ok {
		return r, nil
	}
	return Requirement{}, fmt.Errorf("unknown requirement %q%s", id, Suggest(id, c.order))
}

// Suggest returns `; did you mean "x"?` for the nearest of the known names,
// or `; known are …` where none is near and they are few, or "".
func Suggest(name string, known []string) string {
	for _, k := range known {
		if strings.Contains(k, name) && len(name) >= 4 {
			return fmt.Sprintf("; did you mean %q?", k)
		}
	}
	if best := suggest.Nearest(name, known); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	if len(known) > 0 && len(known) <= 8 {
		return "; known are " + strings.Join(known, ", ")
	}
	return ""
}
