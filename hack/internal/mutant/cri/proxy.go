package cri

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// maxMessage bounds a message, in bytes. Kubelet and containerd send 16 MiB at most; theirs is the error then.
const maxMessage = 64 << 20

// A Proxy answers the calls of a kubelet by those to a runtime.
type Proxy struct {
	conn     *grpc.ClientConn
	rules    Rules
	on       func(id, namespace string) bool
	subjects *subjects
}

// New returns a proxy before the runtime that conn leads to. on tells whether a mutant is on for what is in a
// namespace; "" is no namespace.
func New(conn *grpc.ClientConn, rules Rules, on func(id, namespace string) bool) *Proxy {
	return &Proxy{conn: conn, rules: rules, on: on, subjects: &subjects{runtime: runtimeapi.NewRuntimeServiceClient(conn)}}
}

// Server returns the proxy as a server, which the caller starts and stops.
func (p *Proxy) Server() *grpc.Server {
	return grpc.NewServer(grpc.ForceServerCodecV2(asItCame{}), grpc.UnknownServiceHandler(p.handle), grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage))
}

// passOn are the options of a call whose messages are frames.
var passOn = []grpc.CallOption{grpc.ForceCodecV2(asItCame{}), grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)}

func (p *Proxy) handle(_ any, in grpc.ServerStream) error {
	path, _ := grpc.MethodFromServerStream(in)
	// What came with the call goes on with it; gRPC leaves out what is its own.
	came, _ := metadata.FromIncomingContext(in.Context())
	ctx := metadata.NewOutgoingContext(in.Context(), came.Copy())
	if m := methods[path]; m != nil && (len(p.rules[path]) > 0 || m.creates) {
		return p.unary(ctx, m, in)
	}
	return p.relay(ctx, path, in)
}

// relay passes messages on in both directions until the runtime ends the call.
func (p *Proxy) relay(ctx context.Context, path string, in grpc.ServerStream) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out, err := p.conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, path, passOn...)
	if err != nil {
		return err
	}
	go func() {
		for {
			var f frame
			if err := in.RecvMsg(&f); errors.Is(err, io.EOF) {
				_ = out.CloseSend() // what is wrong with the stream the other direction tells
				return
			} else if err != nil {
				cancel()
				return
			}
			if out.SendMsg(&f) != nil {
				return
			}
		}
	}()
	for first := true; ; first = false {
		var f frame
		err := out.RecvMsg(&f)
		if first {
			if header, err := out.Header(); err == nil {
				_ = in.SetHeader(header)
			}
		}
		if err != nil {
			in.SetTrailer(out.Trailer())
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := in.SendMsg(&f); err != nil {
			return err
		}
	}
}

// unary answers a call that may have to be changed, or that tells of a new sandbox or container.
func (p *Proxy) unary(ctx context.Context, m *method, in grpc.ServerStream) error {
	var came frame
	if err := in.RecvMsg(&came); err != nil {
		return err
	}
	request := m.request.New().Interface()
	if err := proto.Unmarshal(came, request); err != nil {
		return status.Errorf(codes.Internal, "hookcheck's proxy cannot read the request of %s: %v", m.name, err)
	}
	about, err := p.subjects.of(ctx, request)
	if err != nil {
		return err
	}
	rules, err := p.rulesFor(m, request, about)
	if err != nil {
		return err
	}
	var answer frame
	if len(rules) == 0 {
		var header, trailer metadata.MD
		err = p.conn.Invoke(ctx, m.path, &came, &answer, append([]grpc.CallOption{grpc.Header(&header), grpc.Trailer(&trailer)}, passOn...)...)
		_ = in.SetHeader(header)
		in.SetTrailer(trailer)
	} else {
		answer, err = p.play(ctx, m, rules, request, about)
	}
	if err != nil {
		return err
	}
	p.subjects.learn(about, m, answer)
	return in.SendMsg(&answer)
}

// rulesFor returns the rules that this call meets; of those that look at the response it is not known yet.
func (p *Proxy) rulesFor(m *method, request proto.Message, about subject) (rules []*rule, err error) {
	for _, r := range p.rules[m.path] {
		if !p.on(r.id, about.namespace) {
			continue
		}
		meets, err := matches(request.ProtoReflect(), r.request)
		if err != nil {
			return nil, r.failed(err)
		}
		if meets && (r.response != nil || r.take(about.key)) {
			rules = append(rules, r)
		}
	}
	return rules, nil
}

// failed is the error of a rule that cannot be applied, which Compile should have found.
func (r *rule) failed(err error) error {
	return status.Errorf(codes.Internal, "hookcheck's proxy, mutant %s, %s: %v", r.id, r.method.name, err)
}

// play makes a call as the rules say.
func (p *Proxy) play(ctx context.Context, m *method, rules []*rule, request proto.Message, about subject) (frame, error) {
	var delay time.Duration
	skip, background := false, false
	for _, r := range rules {
		err := set(request.ProtoReflect(), r.call.Request)
		if err == nil {
			err = multiply(request.ProtoReflect(), r.call.Multiply)
		}
		if err != nil {
			return nil, r.failed(err)
		}
		delay += r.call.Delay.Duration
		skip, background = skip || r.call.Skip, background || r.call.Background
	}
	call := func(ctx context.Context, response proto.Message) error {
		for _, r := range rules {
			if err := p.first(ctx, r.call.First, about); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		case <-time.After(delay):
		}
		if skip {
			return nil
		}
		return p.conn.Invoke(ctx, m.path, request, response, grpc.MaxCallRecvMsgSize(maxMessage))
	}
	response := m.response.New().Interface()
	var err error
	if background {
		go func() { _ = call(context.WithoutCancel(ctx), m.response.New().Interface()) }() // the kubelet has its answer
	} else {
		err = call(ctx, response)
	}
	return answer(rules, response, err, about)
}

// answer is the answer to the kubelet: what the runtime said, as the rules change it.
func answer(rules []*rule, response proto.Message, err error, about subject) (frame, error) {
	for _, r := range rules {
		if r.response != nil {
			if err != nil {
				continue // there is no response to look at
			}
			meets, err := matches(response.ProtoReflect(), r.response)
			if err != nil {
				return nil, r.failed(err)
			}
			if !meets || !r.take(about.key) {
				continue
			}
		}
		if r.call.Error != nil {
			return nil, status.Error(r.code, r.call.Error.Message)
		}
		if err := set(response.ProtoReflect(), r.call.Response); err != nil {
			return nil, r.failed(err)
		}
	}
	if err != nil {
		return nil, err
	}
	return proto.Marshal(response)
}

// first makes the call that is to go before. A container is stopped at once, and those of a sandbox all.
func (p *Proxy) first(ctx context.Context, name string, about subject) error {
	switch name {
	case stopSandbox:
		_, err := p.subjects.runtime.StopPodSandbox(ctx, &runtimeapi.StopPodSandboxRequest{PodSandboxId: about.sandbox})
		return err
	case stopContainer:
		if about.container != "" {
			return p.stop(ctx, about.container)
		}
		all, err := p.subjects.runtime.ListContainers(ctx, &runtimeapi.ListContainersRequest{Filter: &runtimeapi.ContainerFilter{PodSandboxId: about.sandbox}})
		if err != nil {
			return err
		}
		for _, c := range all.GetContainers() {
			if err := p.stop(ctx, c.GetId()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Proxy) stop(ctx context.Context, container string) error {
	_, err := p.subjects.runtime.StopContainer(ctx, &runtimeapi.StopContainerRequest{ContainerId: container})
	if err != nil {
		return fmt.Errorf("stop container %s first: %w", container, err)
	}
	return nil
}
