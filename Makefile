# What can be done here, each a line or two over hack/. `make` lists it.

KUBERNETES ?= v1.36.4
NODE_IMAGE ?=
CLUSTER    ?= hookcheck
BIN        ?= bin
FUZZTIME   ?= 10000x
MUTANT     ?=
CATALOGUE  ?=
RUNS       ?= 20
VERSIONS   ?= v1.34.8 v1.35.0 v1.36.4 v1.37.0
export KUBERNETES NODE_IMAGE CLUSTER BIN FUZZTIME

VERSION := $(shell GIT_OPTIONAL_LOCKS=0 git describe --tags --always --dirty 2>/dev/null)
COMMIT  := $(shell git rev-parse HEAD 2>/dev/null)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)

.DEFAULT_GOAL := help
.PHONY: help e2e e2e-self test unit lint build images engine node-image cluster-up cluster-down \
	verify-clean junit-npm fuzz mutants mutants-check controls peer goldens repeat margins matrix bench-procs tools clean
.NOTPARALLEL: # the steps of e2e build on each other, and each uses all cores

help: # this list
	@echo 'Usage: make TARGET [KUBERNETES=$(KUBERNETES)] [NODE_IMAGE=ref] [CLUSTER=$(CLUSTER)]'
	@sed -nE -e 's/^##: (.*)/\n\1/p' -e 's/^([a-z0-9-]+):[^#]*## (.*)/  \1              \2/p' $(MAKEFILE_LIST) | \
		sed -E 's/^(  .{14}) +/\1/'

##: the two that matter
e2e: engine node-image images build ## engine, node image, kind cluster, fixture images, suite, reports
	@hack/e2e

test: lint ## everything that checks this project itself, without a cluster
	go mod tidy -diff
	cd hack/tools && go mod tidy -diff
	hack/test

##: the parts of test
unit: ## unit tests
	go test ./...

lint: ## format, vet, linters, shell scripts
	@hack/lint

fuzz: ## every fuzz test with 10000 inputs (FUZZTIME)
	@hack/fuzz

##: the parts of e2e
engine: ## get a container engine: the one that runs, else Debian's
	@go run ./hack/engine

node-image: engine ## get or build the node image of KUBERNETES
	@mkdir -p $(BIN)
	@go run ./hack/nodeimage -kubernetes '$(KUBERNETES)' -image '$(NODE_IMAGE)' -output $(BIN)/node-$(KUBERNETES).ref

images: ## build the fixture images into bin/images
	@go run ./hack/images --out $(BIN)/images
	@go run ./hack/nginximage --out $(BIN)/images

build: ## build bin/hookcheck, one static binary
	@CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o $(BIN)/hookcheck ./cmd/hookcheck

e2e-self: cluster-up images ## hookcheck's own end-to-end tests: kills, interrupts, bad input
	@hack/e2e-self

junit-npm: ## read junit.xml by a library of npm and compare it with report.json: samples, and RUN=dir
	@hack/junit-npm $(RUN)

##: clusters
cluster-up: engine node-image build ## make the kind cluster CLUSTER, or reuse it
	$(BIN)/hookcheck cluster create --name '$(CLUSTER)' --kubernetes '$(KUBERNETES)' --image "$$(cat $(BIN)/node-$(KUBERNETES).ref)"

cluster-down: build ## remove it
	$(BIN)/hookcheck cluster delete --name '$(CLUSTER)'

verify-clean: ## fail if a run left anything in the cluster
	@go run ./hack/verifyclean --kind '$(CLUSTER)'

##: development
goldens: ## write golden files anew: reports from samples, histories from RUN (_artifacts/latest)
	@hack/goldens

mutants: engine node-image images build ## break Kubernetes and its runtime on purpose: all ways (writes docs/mutants.md), or MUTANT=K01,P03, or those of CATALOGUE=dir
	go run ./hack/mutants -hookcheck '$(BIN)/hookcheck' -kubernetes '$(KUBERNETES)' -mutant '$(MUTANT)' -catalogue '$(CATALOGUE)' \
		$(if $(MUTANT)$(CATALOGUE),,-into docs/mutants.json -page docs/mutants.md)

mutants-check: ## are the definitions of mutants well-formed, do their anchors still stand?
	@go run ./hack/mutants -check -kubernetes '$(KUBERNETES)' -mutant '$(MUTANT)' -catalogue '$(CATALOGUE)'

controls: engine node-image images build ## judge nodes that only pretend to run pods (writes docs/controls.md)
	go run ./hack/controls -hookcheck '$(BIN)/hookcheck' -kubernetes '$(KUBERNETES)' -kind '$(CLUSTER)' -page docs/controls.md

peer: cluster-up images ## beside upstream's e2e.test on the same cluster: what either judges, takes and catches
	go run ./hack/peer -kubernetes '$(KUBERNETES)' -kind '$(CLUSTER)' -hookcheck '$(BIN)/hookcheck' -matrix docs/mutants.json $(if $(MUTANT),-mutants '$(MUTANT)')

repeat: engine node-image images build ## RUNS (20) runs in a row and whether their verdicts agree; LOAD=2 beside busy loops
	go run ./hack/repeat -n '$(RUNS)' -kind '$(CLUSTER)' -hookcheck '$(BIN)/hookcheck' $(if $(LOAD),-load '$(LOAD)' -pause 5s -pause-runs 3 -inconclusive 1)

margins: ## the bounds of time that saved runs were nearest to missing: RUN='dir …' (_artifacts/latest)
	@go run ./hack/margins $(or $(RUN),_artifacts/latest)

matrix: engine images build ## all profiles on each of VERSIONS, and where the verdicts differ
	go run ./hack/matrix -hookcheck '$(BIN)/hookcheck' $(VERSIONS)

bench-procs: engine node-image images build ## time a run for several --procs
	@hack/bench-procs

tools: ## build the pinned tools of hack/tools ahead of their use
	@hack/tools/run golangci-lint version
	@hack/tools/run kind version
	@hack/tools/run ginkgo version

clean: ## remove bin and _artifacts (what is cached outside stays: ~/.cache/hookcheck)
	rm -rf $(BIN) _artifacts
