package lab

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/command"
)

// node is the container of a kind node.
type node struct{ name string }

// sh runs a script of the shell on the node and returns what it wrote, without surrounding white space.
func (n node) sh(ctx context.Context, script string) (string, error) {
	return command.Run(ctx, command.Cmd{Args: []string{"docker", "exec", "--interactive", n.name, "sh", "-eu"}, Stdin: strings.NewReader(script)})
}

// read returns the content of a file.
func (n node) read(ctx context.Context, file string) ([]byte, error) {
	var content bytes.Buffer
	_, err := command.Run(ctx, command.Cmd{Args: []string{"docker", "exec", n.name, "cat", file}, Stdout: &content})
	return content.Bytes(), err
}

// write writes a file, so that a reader sees the old one or the new one.
func (n node) write(ctx context.Context, file, content string, mode fs.FileMode) error {
	script := fmt.Sprintf("mkdir -p %[1]s; cat >%[2]s.new; chmod %[3]o %[2]s.new; mv %[2]s.new %[2]s", path.Dir(file), file, mode)
	_, err := command.Run(ctx, command.Cmd{Args: []string{"docker", "exec", "--interactive", n.name, "sh", "-euc", script}, Stdin: strings.NewReader(content)})
	return err
}

// A program is one that lies, or is to lie, in the node's directory.
type program struct {
	name   string
	from   string // on this machine; empty: it stays as it is
	digest string // empty: there is none
}

// program says what is to lie there under the name: a program of this machine, or what lies there already.
func (n node) program(ctx context.Context, name string, here map[string]string) (p program, err error) {
	p = program{name: name, from: here[name]}
	if p.from != "" {
		p.digest, err = digestOf(p.from)
	} else {
		p.digest, err = n.sh(ctx, fmt.Sprintf("cat %s/%s.sha256 2>/dev/null || :", binDir, name))
	}
	return p, err
}

// put copies the program onto the node, unless it lies there. Whoever runs it goes on to run the old one.
func (n node) put(ctx context.Context, p program) error {
	there, err := n.program(ctx, p.name, nil)
	if p.from == "" || err != nil || there.digest == p.digest {
		return err
	}
	to := binDir + "/" + p.name
	if _, err := command.Output(ctx, "docker", "cp", p.from, n.name+":"+to+".new"); err != nil {
		return err
	}
	_, err = n.sh(ctx, fmt.Sprintf("chown root:root %[1]s.new; chmod 755 %[1]s.new; rm -f %[1]s.sha256; mv %[1]s.new %[1]s; echo %[2]s >%[1]s.sha256", to, p.digest))
	return err
}

// supplant puts the program there and lets a file of the node be a link to it.
func (n node) supplant(ctx context.Context, file string, p program) error {
	if err := n.put(ctx, p); err != nil || p.digest == "" {
		return err
	}
	if _, err := n.keep(ctx, file); err != nil {
		return err
	}
	_, err := n.sh(ctx, fmt.Sprintf("ln -sfn %s/%s %s", binDir, p.name, file))
	return err
}

// keep copies a file of the node to where Stock finds it, unless that has been done.
func (n node) keep(ctx context.Context, file string) (stock string, err error) {
	stock = stockDir + "/" + path.Base(file)
	_, err = n.sh(ctx, fmt.Sprintf("test -e %[2]s || { cp -a %[1]s %[2]s.new; mv %[2]s.new %[2]s; }", file, stock))
	return stock, err
}

// await runs a script until it succeeds. The node bounds the time: of a command that the engine was told to run there
// nothing ends when the engine's own command does.
func (n node) await(ctx context.Context, within time.Duration, script string) error {
	_, err := n.sh(ctx, fmt.Sprintf("timeout %d sh <<'END' || { echo 'not within %s' >&2; exit 1; }\nuntil { %s\n} >/dev/null 2>&1; do sleep 0.2; done\nEND\n",
		int(within.Seconds()), within, script))
	return err
}

// inOrder takes steps until one fails.
func inOrder(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
