package lab

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

// A service is a program that the node's systemd runs.
type service struct {
	name   string // of the unit
	digest string // of all that makes it what it is to be
	files  func(ctx context.Context) error
	works  func(ctx context.Context, since time.Time) error
}

// services are those that the laboratory is made of, in the order in which they start.
func (l *Lab) services(ctx context.Context, o Options) ([]service, error) {
	containerd, err := l.containerd(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("containerd: %w", err)
	}
	proxy, err := l.proxy(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("the CRI proxy: %w", err)
	}
	kubelet, err := l.kubelet(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("kubelet: %w", err)
	}
	return []service{containerd, proxy, kubelet}, nil
}

// make installs and restarts the services that are not what they are to be.
func (l *Lab) make(ctx context.Context, services []service) error {
	var changed []service
	for _, s := range services {
		made, err := l.node.sh(ctx, fmt.Sprintf("cat %s/%s 2>/dev/null || :", madeDir, s.name))
		if err != nil {
			return err
		}
		if made == s.digest {
			continue
		}
		// Until it has been seen to work it is not made.
		if _, err := l.node.sh(ctx, fmt.Sprintf("rm -f %s/%s", madeDir, s.name)); err != nil {
			return err
		}
		if err := s.files(ctx); err != nil {
			return fmt.Errorf("install %s: %w", s.name, err)
		}
		changed = append(changed, s)
	}
	for _, s := range changed {
		if err := l.restart(ctx, s.name, s.works); err != nil {
			return err
		}
		if err := l.node.write(ctx, madeDir+"/"+s.name, s.digest, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// restart restarts a service of the node and waits until it works.
func (l *Lab) restart(ctx context.Context, name string, works func(ctx context.Context, since time.Time) error) error {
	since := time.Now()
	_, err := l.node.sh(ctx, "systemctl daemon-reload; systemctl restart "+name)
	if err == nil {
		err = works(ctx, since)
	}
	if err != nil {
		log, _ := l.node.sh(context.WithoutCancel(ctx), "journalctl --unit "+name+" --lines 20 --no-pager --output cat")
		return fmt.Errorf("%s does not work after its restart: %w; it said:\n%s", name, err, log)
	}
	l.say("%s restarted in %.1f s", name, time.Since(since).Seconds())
	return nil
}

// worksWithin bounds the start of a service. A kubelet takes some 5 s.
const worksWithin = time.Minute

// socketWorks waits until something listens on a socket.
func (l *Lab) socketWorks(path string) func(context.Context, time.Time) error {
	return func(ctx context.Context, _ time.Time) error {
		// Unix sockets that are listened on have the flag __SO_ACCEPTCON.
		return l.node.await(ctx, worksWithin, "grep -q ' 00010000 .* "+path+"$' /proc/net/unix")
	}
}

// kubeletWorks waits until the kubelet is healthy, and has told the API server since its restart that its runtime
// is, too.
func (l *Lab) kubeletWorks(ctx context.Context, since time.Time) error {
	if err := l.node.await(ctx, worksWithin, "curl --silent --fail --max-time 2 http://127.0.0.1:10248/healthz"); err != nil {
		return err
	}
	return poll(ctx, worksWithin, func(ctx context.Context) error {
		n, err := l.client.CoreV1().Nodes().Get(ctx, l.node.name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		i := slices.IndexFunc(n.Status.Conditions, func(c corev1.NodeCondition) bool { return c.Type == corev1.NodeReady })
		switch {
		case i < 0 || n.Status.Conditions[i].LastHeartbeatTime.Time.Before(since.Truncate(time.Second)):
			return fmt.Errorf("node %s has not given a sign since", n.Name)
		case n.Status.Conditions[i].Status != corev1.ConditionTrue:
			return fmt.Errorf("node %s is not Ready: %s", n.Name, n.Status.Conditions[i].Message)
		}
		return nil
	})
}

// poll asks until there is no error.
func poll(ctx context.Context, within time.Duration, ask func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		err := ask(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not within %s: %w", within, err)
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// digestOf is the digest of a file of this machine.
func digestOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// digestAll is one digest of several texts.
func digestAll(texts ...string) string {
	data, _ := json.Marshal(texts) // of strings: it cannot fail
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// only are the definitions of a component.
func only(definitions []mutant.Definition, c mutant.Component) []mutant.Definition {
	return slices.DeleteFunc(slices.Clone(definitions), func(d mutant.Definition) bool { return d.Component != c })
}
