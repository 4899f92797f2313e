package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The names of the files in an artifacts directory.
const (
	LogFile    = "results.jsonl"
	ReportFile = "report.json"
	JUnitFile  = "junit.xml"
	// SummaryFile is for people, on the page of a CI job; the badges for a README.
	SummaryFile   = "summary.md"
	BadgeFile     = "badge.svg"
	BadgeJSONFile = "badge.json"
)

// Write writes report.json, junit.xml, summary.md, badge.svg and badge.json into
// dir, which it makes if need be. Each file is there whole or not at all, and a
// failure of one does not keep the others from being written. The error names the
// files that failed.
func Write(dir string, report Report) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the artifacts directory: %w", err)
	}
	return errors.Join(
		write(filepath.Join(dir, ReportFile), func() ([]byte, error) { return encode(report) }),
		write(filepath.Join(dir, JUnitFile), func() ([]byte, error) { return JUnit(report) }),
		write(filepath.Join(dir, SummaryFile), func() ([]byte, error) { return Markdown(report), nil }),
		write(filepath.Join(dir, BadgeFile), func() ([]byte, error) { return BadgeSVG(report), nil }),
		write(filepath.Join(dir, BadgeJSONFile), func() ([]byte, error) { return BadgeJSON(report) }),
	)
}

// encode returns the report as indented JSON. Sentences keep their < and >.
func encode(report Report) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(report); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

func write(path string, content func() ([]byte, error)) error {
	data, err := content()
	if err == nil {
		err = WriteFile(path, data)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// WriteFile replaces the file at path, whole or not at all: by way of a temporary
// file in the same directory, since a rename is atomic only inside one file system.
func WriteFile(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	file, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoring(os.Remove(file.Name()), fs.ErrNotExist))
		}
	}()
	// CreateTemp makes it 0600; a report is for the CI's other users too.
	err = file.Chmod(0o644)
	if err == nil {
		_, err = file.Write(data)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err = os.Rename(file.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a new name in dir last. Some file systems cannot sync a
// directory; the file itself is on disk all the same.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(ignoring(d.Sync(), errors.ErrUnsupported, fs.ErrInvalid), d.Close())
}

func ignoring(err error, these ...error) error {
	for _, e := range these {
		if errors.Is(err, e) {
			return nil
		}
	}
	return err
}
