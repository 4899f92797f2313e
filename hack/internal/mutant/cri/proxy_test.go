package cri

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// fakeRuntime has a sandbox s1 of namespace ns-a, with the container c1 and its neighbour c2, and s9 with c9 of another.
type fakeRuntime struct {
	runtimeapi.UnimplementedRuntimeServiceServer
	runtimeapi.UnimplementedImageServiceServer

	mu    sync.Mutex
	calls []string
	meta  metadata.MD
	limit time.Duration // of the last call
	block chan struct{} // what StopContainer waits for
}

func (f *fakeRuntime) did(ctx context.Context, words ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, strings.Join(words, " "))
	f.meta, _ = metadata.FromIncomingContext(ctx)
	f.limit = 0
	if at, ok := ctx.Deadline(); ok {
		f.limit = time.Until(at)
	}
}

// told returns the calls since it was asked last.
func (f *fakeRuntime) told() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	calls := f.calls
	f.calls = nil
	return calls
}

func (f *fakeRuntime) StopContainer(ctx context.Context, r *runtimeapi.StopContainerRequest) (*runtimeapi.StopContainerResponse, error) {
	f.did(ctx, "StopContainer", r.ContainerId, time.Duration(r.Timeout*int64(time.Second)).String())
	if f.block != nil {
		select {
		case <-f.block:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return &runtimeapi.StopContainerResponse{}, nil
}

func (f *fakeRuntime) StopPodSandbox(ctx context.Context, r *runtimeapi.StopPodSandboxRequest) (*runtimeapi.StopPodSandboxResponse, error) {
	f.did(ctx, "StopPodSandbox", r.PodSandboxId)
	return &runtimeapi.StopPodSandboxResponse{}, nil
}

func (f *fakeRuntime) RunPodSandbox(ctx context.Context, r *runtimeapi.RunPodSandboxRequest) (*runtimeapi.RunPodSandboxResponse, error) {
	f.did(ctx, "RunPodSandbox", r.RuntimeHandler)
	return &runtimeapi.RunPodSandboxResponse{PodSandboxId: "s1"}, nil
}

func (f *fakeRuntime) CreateContainer(ctx context.Context, r *runtimeapi.CreateContainerRequest) (*runtimeapi.CreateContainerResponse, error) {
	f.did(ctx, "CreateContainer", r.PodSandboxId, r.Config.StopSignal.String())
	return &runtimeapi.CreateContainerResponse{ContainerId: "c1"}, nil
}

func (f *fakeRuntime) ContainerStatus(ctx context.Context, r *runtimeapi.ContainerStatusRequest) (*runtimeapi.ContainerStatusResponse, error) {
	f.did(ctx, "ContainerStatus", r.ContainerId)
	if r.ContainerId == "gone" {
		return nil, status.Error(codes.NotFound, "no such container")
	}
	answer := exited()
	if r.ContainerId == "c2" {
		answer.Status.State = runtimeapi.ContainerState_CONTAINER_RUNNING
	}
	return answer, nil
}

func (f *fakeRuntime) ListContainers(ctx context.Context, r *runtimeapi.ListContainersRequest) (*runtimeapi.ListContainersResponse, error) {
	f.did(ctx, "ListContainers", r.GetFilter().GetId()+r.GetFilter().GetPodSandboxId())
	answer := &runtimeapi.ListContainersResponse{}
	for _, c := range []*runtimeapi.Container{
		{Id: "c1", PodSandboxId: "s1", Labels: map[string]string{namespaceLabel: "ns-a"}},
		{Id: "c2", PodSandboxId: "s1", Labels: map[string]string{namespaceLabel: "ns-a"}},
		{Id: "c9", PodSandboxId: "s9", Labels: map[string]string{namespaceLabel: "other"}},
	} {
		if id, sandbox := r.GetFilter().GetId(), r.GetFilter().GetPodSandboxId(); (id == "" || id == c.Id) && (sandbox == "" || sandbox == c.PodSandboxId) {
			answer.Containers = append(answer.Containers, c)
		}
	}
	return answer, nil
}

func (f *fakeRuntime) ListPodSandbox(ctx context.Context, r *runtimeapi.ListPodSandboxRequest) (*runtimeapi.ListPodSandboxResponse, error) {
	f.did(ctx, "ListPodSandbox", r.GetFilter().GetId())
	if r.GetFilter().GetId() != "s1" {
		return &runtimeapi.ListPodSandboxResponse{}, nil
	}
	return &runtimeapi.ListPodSandboxResponse{Items: []*runtimeapi.PodSandbox{{Id: "s1", Metadata: &runtimeapi.PodSandboxMetadata{Namespace: "ns-a"}}}}, nil
}

func (f *fakeRuntime) Version(ctx context.Context, _ *runtimeapi.VersionRequest) (*runtimeapi.VersionResponse, error) {
	f.did(ctx, "Version")
	_ = grpc.SetHeader(ctx, metadata.Pairs("head", "1"))
	_ = grpc.SetTrailer(ctx, metadata.Pairs("tail", "2"))
	return &runtimeapi.VersionResponse{RuntimeName: "fake"}, nil
}

func (f *fakeRuntime) GetContainerEvents(_ *runtimeapi.GetEventsRequest, s grpc.ServerStreamingServer[runtimeapi.ContainerEventResponse]) error {
	for _, id := range []string{"c1", "c2"} {
		if err := s.Send(&runtimeapi.ContainerEventResponse{ContainerId: id}); err != nil {
			return err
		}
	}
	<-s.Context().Done()
	f.did(context.WithoutCancel(s.Context()), "events end")
	return s.Context().Err()
}

func (f *fakeRuntime) ListImages(ctx context.Context, _ *runtimeapi.ListImagesRequest) (*runtimeapi.ListImagesResponse, error) {
	f.did(ctx, "ListImages")
	return &runtimeapi.ListImagesResponse{Images: []*runtimeapi.Image{{Id: strings.Repeat("x", 5<<20)}}}, nil
}

// A bench is a kubelet's way to a fake runtime through a proxy.
type bench struct {
	*fakeRuntime
	kubelet runtimeapi.RuntimeServiceClient
	images  runtimeapi.ImageServiceClient
	conn    *grpc.ClientConn
}

// serve runs a server until the test ends, and connects to it.
func serve(t *testing.T, server *grpc.Server) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:///x", grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(16<<20)),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// newBench makes one whose mutant C1 has these calls and is on for the namespaces that begin with on.
func newBench(t *testing.T, calls, on string) *bench {
	t.Helper()
	rules, err := compiled(t, "[{id: C1, global: true, calls: ["+calls+"]}]")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{fakeRuntime: &fakeRuntime{}}
	runtime := grpc.NewServer()
	runtimeapi.RegisterRuntimeServiceServer(runtime, b)
	runtimeapi.RegisterImageServiceServer(runtime, b)
	b.conn = serve(t, New(serve(t, runtime), rules, func(id, namespace string) bool {
		return id == "C1" && on != "" && (on == "*" || strings.HasPrefix(namespace, on))
	}).Server())
	b.kubelet, b.images = runtimeapi.NewRuntimeServiceClient(b.conn), runtimeapi.NewImageServiceClient(b.conn)
	return b
}

func (b *bench) stop(ctx context.Context, container string) error {
	_, err := b.kubelet.StopContainer(ctx, &runtimeapi.StopContainerRequest{ContainerId: container, Timeout: 30})
	return err
}

func (b *bench) expect(t *testing.T, want ...string) {
	t.Helper()
	if got := b.told(); !slices.Equal(got, want) {
		t.Errorf("the runtime was told\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestNothingOn(t *testing.T) {
	b := newBench(t, "{method: StopContainer, request: {timeout: 0}}, {method: ContainerStatus, error: {code: Internal}}", "")
	ctx, cancel := context.WithTimeout(metadata.AppendToOutgoingContext(t.Context(), "trace", "7"), time.Minute)
	defer cancel()
	if err := b.stop(ctx, "c1"); err != nil {
		t.Error(err)
	}
	if got := b.meta.Get("trace"); !slices.Equal(got, []string{"7"}) || b.limit < 50*time.Second || b.limit > time.Minute {
		t.Errorf("metadata %q, limit %s", got, b.limit)
	}
	var header, trailer metadata.MD
	if v, err := b.kubelet.Version(t.Context(), &runtimeapi.VersionRequest{}, grpc.Header(&header), grpc.Trailer(&trailer)); err != nil || v.RuntimeName != "fake" ||
		!slices.Equal(header.Get("head"), []string{"1"}) || !slices.Equal(trailer.Get("tail"), []string{"2"}) {
		t.Errorf("%v, %v, header %v, trailer %v", v, err, header, trailer)
	}
	if _, err := b.kubelet.ContainerStatus(t.Context(), &runtimeapi.ContainerStatusRequest{ContainerId: "gone"}); status.Code(err) != codes.NotFound || status.Convert(err).Message() != "no such container" {
		t.Errorf("error %v", err)
	}
	if _, err := b.kubelet.Attach(t.Context(), &runtimeapi.AttachRequest{}); status.Code(err) != codes.Unimplemented {
		t.Errorf("error %v", err)
	}
	if list, err := b.images.ListImages(t.Context(), &runtimeapi.ListImagesRequest{}); err != nil || len(list.Images[0].Id) != 5<<20 {
		t.Errorf("images: %v", err)
	}
	if err := b.conn.Invoke(t.Context(), "/other.Service/Call", &runtimeapi.VersionRequest{}, &runtimeapi.VersionResponse{}); status.Code(err) != codes.Unimplemented {
		t.Errorf("another service: %v", err)
	}
	b.expect(t, "ListContainers c1", "StopContainer c1 30s", "Version", "ListContainers gone", "ListPodSandbox gone", "ContainerStatus gone", "ListImages")
}

func TestStreams(t *testing.T) {
	b := newBench(t, "{method: StopContainer, skip: true}", "*")
	ctx, cancel := context.WithCancel(t.Context())
	events, err := b.kubelet.GetContainerEvents(ctx, &runtimeapi.GetEventsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"c1", "c2"} {
		if e, err := events.Recv(); err != nil || e.ContainerId != want {
			t.Errorf("event %v, %v, want %s", e, err, want)
		}
	}
	cancel()
	if _, err := events.Recv(); status.Code(err) != codes.Canceled {
		t.Errorf("error %v", err)
	}
	for range 100 { // the runtime learns of it
		if calls := b.told(); len(calls) > 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("the runtime's stream goes on")
}

func TestRules(t *testing.T) {
	whose := []string{"ListContainers c1"} // is asked first
	for _, tc := range []struct {
		name, calls, on string
		code            codes.Code
		told            []string
	}{
		{"request", "{method: StopContainer, request: {timeout: 0}}", "ns-", codes.OK, append(whose, "StopContainer c1 0s")},
		{"request, all", "{method: StopContainer, request: {timeout: 7}}", "*", codes.OK, append(whose, "StopContainer c1 7s")},
		{"another namespace", "{method: StopContainer, request: {timeout: 0}}", "other", codes.OK, append(whose, "StopContainer c1 30s")},
		{"another method", "{method: ExecSync, skip: true}", "*", codes.OK, []string{"StopContainer c1 30s"}},
		{"multiply", "{method: StopContainer, multiply: {timeout: 2}}", "ns-a", codes.OK, append(whose, "StopContainer c1 1m0s")},
		{"when", "{method: StopContainer, when: {timeout: 30}, request: {timeout: 1}}", "ns-a", codes.OK, append(whose, "StopContainer c1 1s")},
		{"when not", "{method: StopContainer, when: {timeout: 29}, request: {timeout: 1}}", "ns-a", codes.OK, append(whose, "StopContainer c1 30s")},
		{"first the sandbox", "{method: StopContainer, first: StopPodSandbox}", "ns-a", codes.OK, append(whose, "StopPodSandbox s1", "StopContainer c1 30s")},
		{"first the container", "{method: StopContainer, first: StopContainer}", "ns-a", codes.OK, append(whose, "StopContainer c1 0s", "StopContainer c1 30s")},
		{"skip", "{method: StopContainer, skip: true}", "ns-a", codes.OK, whose},
		{"error", "{method: StopContainer, error: {code: Unavailable, message: later}}", "ns-a", codes.Unavailable, append(whose, "StopContainer c1 30s")},
		{"error without a call", "{method: StopContainer, skip: true, error: {code: NotFound}}", "ns-a", codes.NotFound, whose},
		{"two entries", "{method: StopContainer, request: {timeout: 10}}, {method: StopContainer, multiply: {timeout: 3}}", "ns-a", codes.OK, append(whose, "StopContainer c1 30s")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t, tc.calls, tc.on)
			if err := b.stop(t.Context(), "c1"); status.Code(err) != tc.code {
				t.Errorf("error %v, want code %s", err, tc.code)
			}
			b.expect(t, tc.told...)
		})
	}
}

func TestResponse(t *testing.T) {
	b := newBench(t, "{method: ContainerStatus, when: {response: {status: {state: CONTAINER_EXITED}}}, response: {status: {exitCode: 0}}, times: 2}", "ns-a")
	code := func(id string) int32 {
		t.Helper()
		r, err := b.kubelet.ContainerStatus(t.Context(), &runtimeapi.ContainerStatusRequest{ContainerId: id})
		if err != nil {
			t.Fatal(err)
		}
		return r.Status.ExitCode
	}
	for i, want := range []int32{0, 0, 143} {
		if got := code("c1"); got != want {
			t.Errorf("call %d: exit code %d, want %d", i, got, want)
		}
		if got := code("c2"); got != 143 {
			t.Errorf("call %d: exit code of one that runs: %d", i, got)
		}
	}
	if got := code("c9"); got != 143 {
		t.Errorf("exit code in another namespace: %d", got)
	}
	if _, err := b.kubelet.ContainerStatus(t.Context(), &runtimeapi.ContainerStatusRequest{ContainerId: "gone"}); status.Code(err) != codes.NotFound {
		t.Errorf("error %v", err)
	}
}

func TestSkipAnswers(t *testing.T) {
	b := newBench(t, "{method: ContainerStatus, skip: true, response: {status: {id: c1, state: CONTAINER_UNKNOWN}}}", "ns-a")
	r, err := b.kubelet.ContainerStatus(t.Context(), &runtimeapi.ContainerStatusRequest{ContainerId: "c1"})
	if err != nil || r.Status.State != runtimeapi.ContainerState_CONTAINER_UNKNOWN || r.Status.ExitCode != 0 {
		t.Errorf("%v, %v", r, err)
	}
	b.expect(t, "ListContainers c1")
}

func TestTimes(t *testing.T) {
	b := newBench(t, "{method: StopContainer, error: {code: Unavailable}, skip: true, times: 1}", "ns-a")
	for _, tc := range []struct {
		container string
		code      codes.Code
	}{{"c1", codes.Unavailable}, {"c1", codes.OK}, {"c2", codes.Unavailable}, {"c2", codes.OK}, {"c1", codes.OK}} {
		if err := b.stop(t.Context(), tc.container); status.Code(err) != tc.code {
			t.Errorf("%s: error %v, want code %s", tc.container, err, tc.code)
		}
	}
	b.expect(t, "ListContainers c1", "StopContainer c1 30s", "ListContainers c2", "StopContainer c2 30s", "StopContainer c1 30s")
}

func TestBackground(t *testing.T) {
	b := newBench(t, "{method: StopContainer, background: true}", "ns-a")
	b.block = make(chan struct{})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	if err := b.stop(ctx, "c1"); err != nil { // while the runtime is at it
		t.Error(err)
	}
	cancel()
	close(b.block)
	for range 100 {
		if calls := b.told(); slices.Contains(calls, "StopContainer c1 30s") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("the call was not made")
}

func TestDelay(t *testing.T) {
	b := newBench(t, "{method: StopContainer, delay: 300ms}", "ns-a")
	began := time.Now()
	if err := b.stop(t.Context(), "c1"); err != nil || time.Since(began) < 300*time.Millisecond {
		t.Errorf("%v after %s", err, time.Since(began))
	}
	b.told()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := b.stop(ctx, "c1"); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("error %v", err)
	}
	time.Sleep(400 * time.Millisecond)
	b.expect(t) // whoever gave up is not served
}

func TestBeforeThereIsAnID(t *testing.T) {
	b := newBench(t, "{method: RunPodSandbox, request: {runtime_handler: other}, times: 1}, {method: CreateContainer, request: {config: {stop_signal: SIGHUP}}}", "ns-a")
	run := &runtimeapi.RunPodSandboxRequest{Config: &runtimeapi.PodSandboxConfig{Metadata: &runtimeapi.PodSandboxMetadata{Namespace: "ns-a", Uid: "u1"}}}
	for range 2 {
		if r, err := b.kubelet.RunPodSandbox(t.Context(), run); err != nil || r.PodSandboxId != "s1" {
			t.Errorf("%v, %v", r, err)
		}
	}
	for _, namespace := range []string{"ns-a", "other"} {
		_, err := b.kubelet.CreateContainer(t.Context(), &runtimeapi.CreateContainerRequest{PodSandboxId: "s1", Config: &runtimeapi.ContainerConfig{},
			SandboxConfig: &runtimeapi.PodSandboxConfig{Metadata: &runtimeapi.PodSandboxMetadata{Namespace: namespace}}})
		if err != nil {
			t.Error(err)
		}
	}
	b.expect(t, "RunPodSandbox other", "RunPodSandbox ", "CreateContainer s1 SIGHUP", "CreateContainer s1 RUNTIME_DEFAULT")
}

// TestLearns: what was created through the proxy needs no asking.
func TestLearns(t *testing.T) {
	b := newBench(t, "{method: StopContainer, skip: true}, {method: StopPodSandbox, skip: true}", "ns-a")
	config := &runtimeapi.PodSandboxConfig{Metadata: &runtimeapi.PodSandboxMetadata{Namespace: "ns-a", Uid: "u1"}}
	if _, err := b.kubelet.RunPodSandbox(t.Context(), &runtimeapi.RunPodSandboxRequest{Config: config}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.kubelet.CreateContainer(t.Context(), &runtimeapi.CreateContainerRequest{PodSandboxId: "s1", Config: &runtimeapi.ContainerConfig{}, SandboxConfig: config}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.kubelet.StopPodSandbox(t.Context(), &runtimeapi.StopPodSandboxRequest{PodSandboxId: "s1"}); err != nil {
		t.Error(err)
	}
	if err := b.stop(t.Context(), "c1"); err != nil {
		t.Error(err)
	}
	b.expect(t, "RunPodSandbox ", "CreateContainer s1 RUNTIME_DEFAULT")
}

func TestSandboxes(t *testing.T) {
	b := newBench(t, "{method: StopPodSandbox, first: StopContainer}", "ns-a")
	for _, id := range []string{"s1", "s1", "s9"} { // s9 is unknown by now
		if _, err := b.kubelet.StopPodSandbox(t.Context(), &runtimeapi.StopPodSandboxRequest{PodSandboxId: id}); err != nil {
			t.Error(err)
		}
	}
	stop := []string{"ListContainers s1", "StopContainer c1 0s", "StopContainer c2 0s", "StopPodSandbox s1"}
	b.expect(t, slices.Concat([]string{"ListContainers s1", "ListPodSandbox s1"}, stop, stop, []string{"ListContainers s9", "ListPodSandbox s9", "StopPodSandbox s9"})...)
}
