// Package ociedit changes what an OCI runtime is about to be given.
//
// A wrapper around a runtime finds in the arguments which file describes the process (config.json of the
// bundle, or the file named by --process), changes it, and executes the real runtime with the same arguments.
// Fields this package does not know are kept as they are.
package ociedit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// File names the file that the runtime's arguments (without the program's name) say describes the process, and
// whether it is a whole bundle configuration or only its "process" part. ok is false for commands that take none.
func File(args []string) (path string, bundle, ok bool) {
	command, rest := split(args)
	switch command {
	case "create", "run", "restore":
		dir := value(rest, "--bundle", "-b")
		return filepath.Join(dir, "config.json"), true, true // without --bundle: the working directory
	case "exec":
		path := value(rest, "--process", "-p")
		return path, false, path != ""
	}
	return "", false, false
}

// globalWithValue are the options before the command that take their value as a word of its own.
var globalWithValue = map[string]bool{
	"--log": true, "--log-format": true, "--root": true, "--criu": true, "--rootless": true, "--cgroup-manager": true,
}

func split(args []string) (command string, rest []string) {
	for i := 0; i < len(args); i++ {
		switch {
		case globalWithValue[args[i]]:
			i++
		case !strings.HasPrefix(args[i], "-"):
			return args[i], args[i+1:]
		}
	}
	return "", nil
}

func value(args []string, names ...string) string {
	for i, arg := range args {
		for _, name := range names {
			if arg == name && i+1 < len(args) {
				return args[i+1]
			}
			if v, ok := strings.CutPrefix(arg, name+"="); ok {
				return v
			}
		}
	}
	return ""
}

// Edit rewrites the JSON file with change applied to its top-level object. The file keeps its mode; its content
// is replaced by a rename, so that a reader sees the old or the new text.
func Edit(path string, change func(object map[string]any)) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	data, err = EditJSON(data, change)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	tmp := path + ".hookcheck"
	if err := os.WriteFile(tmp, data, info.Mode().Perm()); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// EditJSON is Edit on a text. Numbers keep every digit.
func EditJSON(data []byte, change func(object map[string]any)) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var object map[string]any
	if err := dec.Decode(&object); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	if object == nil {
		return nil, fmt.Errorf("not a JSON object: null")
	}
	change(object)
	return json.Marshal(object)
}
