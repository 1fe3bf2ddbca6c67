"""Makes the reference numbers that the tests of nn compare with.

    python make_reference.py ../resources/io/espalier/nn/reference

Made with PyTorch 2.x on a CPU. Parameters, inputs and targets are random float32 numbers (seed 20260101, one generator
for each case, named by the case); everything is then computed in float64, so that the stored results are exact to the
nine digits they are written with and the tests' tolerances measure our float32 arithmetic alone. Optimisers run in
float64 too, five updates with gradients that do not depend on the parameters. The one thing that PyTorch does not have,
RMSProp in TensorFlow's form, is written out below. Initialisers are not compared number by number, since the generators
differ; what is stored is the standard deviation and the largest magnitude of large tensors that torch.nn.init filled.

Layouts are Espalier's: dense weights [inputs, units], convolution weights [channels, kernel, kernel, filters].
"""

import json
import sys
import zlib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

SEED = 20260101
torch.set_default_dtype(torch.float64)


class Draw:
    """Random float32 numbers of one case, and the list of its parameters in order."""

    def __init__(self, case):
        self.random = np.random.default_rng([SEED, zlib.crc32(case.encode())])
        self.parameters = []

    def normal(self, *shape, scale=1.0):
        return torch.tensor((self.random.standard_normal(shape) * scale).astype(np.float32).astype(np.float64))

    def parameter(self, *shape, scale=0.5):
        p = self.normal(*shape, scale=scale).requires_grad_()
        self.parameters.append(p)
        return p


def floats(t, digits=9):
    array = t.detach().numpy() if isinstance(t, torch.Tensor) else np.asarray(t)
    return [float(f"{v:.{digits}g}") for v in array.reshape(-1)]


# Layers: each takes the draw and the input's shape (without rows), and gives (function, shape of the output).


def dense(units, bias=True):
    def make(d, shape):
        w = d.parameter(shape[0], units)
        b = d.parameter(units) if bias else None
        return lambda x: F.linear(x, w.T, b), (units,)

    return make


def elementwise(function):
    return lambda d, shape: (function, shape)


def layer_norm(eps):
    def make(d, shape):
        g, b = d.parameter(*shape), d.parameter(*shape)
        return lambda x: F.layer_norm(x, shape, g, b, eps), shape

    return make


def conv(filters, kernel, stride=1, padding=0):
    def make(d, shape):
        w, b = d.parameter(shape[0], kernel, kernel, filters), d.parameter(filters)
        size = [(s + 2 * padding - kernel) // stride + 1 for s in shape[1:]]
        return lambda x: F.conv2d(x, w.permute(3, 0, 1, 2), b, stride, padding), (filters, *size)

    return make


def flatten():
    return lambda d, shape: (lambda x: x.flatten(1), (int(np.prod(shape)),))


def embedding(count, width):
    def make(d, shape):
        table = d.parameter(count, width)
        out = (width,) if shape == (1,) else (*shape, width)
        return lambda x: F.embedding(x.long(), table).reshape(len(x), *out), out

    return make


def residual(*layers):
    def make(d, shape):
        inner, out = chain(*layers)(d, shape)
        assert out == shape
        return lambda x: x + inner(x), shape

    return make


def constant(size):
    def make(d, shape):
        v = d.parameter(size)
        return lambda x: v.expand(len(x), size), (size,)

    return make


def chain(*layers):
    def make(d, shape):
        functions = []
        for layer in layers:
            function, shape = layer(d, shape)
            functions.append(function)

        def run(x):
            for function in functions:
                x = function(x)
            return x

        return run, shape

    return make


def heads(**named):
    def make(d, shape):
        parts = {name: layer(d, shape)[0] for name, layer in named.items()}

        def run(x):
            out = {}
            for name, part in parts.items():
                y = part(x)
                out.update(y if isinstance(y, dict) else {name: y})
            return out

        return run, ()

    return make


tanh, relu, gelu = elementwise(torch.tanh), elementwise(torch.relu), elementwise(F.gelu)
sigmoid, softplus = elementwise(torch.sigmoid), elementwise(F.softplus)

NETWORKS = [
    ("dense(5)", (7,), dense(5)),
    ("dense(3, bias=false)", (4,), dense(3, bias=False)),
    ("tanh", (6,), tanh),
    ("relu", (6,), relu),
    ("gelu", (6,), gelu),
    ("sigmoid", (6,), sigmoid),
    ("softplus", (6,), softplus),
    ("dense(9) > tanh > dense(17) > tanh > dense(2)", (4,), chain(dense(9), tanh, dense(17), tanh, dense(2))),
    ("dense(8) > relu > dense(3)", (5,), chain(dense(8), relu, dense(3))),
    ("dense(8) > gelu > dense(3)", (5,), chain(dense(8), gelu, dense(3))),
    ("dense(8) > sigmoid > dense(3)", (5,), chain(dense(8), sigmoid, dense(3))),
    ("dense(8) > softplus > dense(3)", (5,), chain(dense(8), softplus, dense(3))),
    ("layer-norm", (11,), layer_norm(1e-5)),
    ("layer-norm(epsilon=0.1)", (2, 3), layer_norm(0.1)),
    ("dense(10) > layer-norm > tanh > dense(2)", (3,), chain(dense(10), layer_norm(1e-5), tanh, dense(2))),
    ("conv(3, 2)", (2, 4, 5), conv(3, 2)),
    ("conv(4, 3, stride=2, padding=1)", (3, 6, 7), conv(4, 3, 2, 1)),
    (
        "conv(4, 3, padding=2) > relu > conv(3, 2, stride=2) > tanh > flatten > dense(4)",
        (2, 5, 5),
        chain(conv(4, 3, 1, 2), relu, conv(3, 2, 2), tanh, flatten(), dense(4)),
    ),
    ("embedding(6, 4)", (1,), embedding(6, 4)),
    (
        "embedding(5, 3) > flatten > dense(4) > tanh",
        (3,),
        chain(embedding(5, 3), flatten(), dense(4), tanh),
    ),
    (
        "dense(6) > residual(dense(9) > tanh > dense(6) > tanh) > dense(2)",
        (4,),
        chain(dense(6), residual(dense(9), tanh, dense(6), tanh), dense(2)),
    ),
    (
        "dense(8) > tanh > heads(policy: dense(3), value: dense(1), logStd: constant(3))",
        (4,),
        chain(dense(8), tanh, heads(policy=dense(3), value=dense(1), logStd=constant(3))),
    ),
    (
        "heads(policy: dense(6) > tanh > dense(2), value: dense(5) > tanh > dense(1))",
        (4,),
        heads(policy=chain(dense(6), tanh, dense(2)), value=chain(dense(5), tanh, dense(1))),
    ),
    (
        "heads(actor: dense(6) > relu > heads(mean: dense(2), logStd: dense(2)), q: dense(5) > relu > dense(1))",
        (3,),
        heads(
            actor=chain(dense(6), relu, heads(mean=dense(2), logStd=dense(2))),
            q=chain(dense(5), relu, dense(1)),
        ),
    ),
]


def network_case(text, shape, make, rows=3):
    d = Draw(text)
    run, _ = make(d, shape)
    if text.startswith("embedding"):
        x = torch.tensor(d.random.integers(0, 5, (rows, *shape)).astype(np.float64))
    else:
        x = d.normal(rows, *shape).requires_grad_()
    y = run(x)
    y = y if isinstance(y, dict) else {"output": y}
    dy = {name: d.normal(*out.shape) for name, out in y.items()}
    sum((y[name] * dy[name]).sum() for name in y).backward()
    return {
        "spec": text,
        "inputShape": list(shape),
        "rows": rows,
        "parameters": [v for p in d.parameters for v in floats(p)],
        "input": floats(x),
        "outputs": {name: floats(out) for name, out in y.items()},
        "outputGradients": {name: floats(g) for name, g in dy.items()},
        "gradients": [v for p in d.parameters for v in floats(p.grad)],
        "inputGradients": floats(x.grad) if x.grad is not None else [0.0] * x.numel(),
    }


def regression_cases():
    for name, loss in [
        ("mse", lambda o, t: F.mse_loss(o, t)),
        ("huber(1)", lambda o, t: F.huber_loss(o, t, delta=1.0)),
        ("huber(0.3)", lambda o, t: F.huber_loss(o, t, delta=0.3)),
    ]:
        d = Draw(name)
        o, t = d.normal(9).requires_grad_(), d.normal(9)
        value = loss(o, t)
        value.backward()
        yield {"loss": name, "outputs": floats(o), "targets": floats(t), "value": value.item(), "gradient": floats(o.grad)}


def cross_entropy_case():
    d = Draw("cross-entropy")
    logits = d.normal(4, 5, scale=3).requires_grad_()
    labels = torch.tensor([0, 4, 2, 2])
    value = F.cross_entropy(logits, labels)
    value.backward()
    return {
        "rows": 4,
        "count": 5,
        "logits": floats(logits),
        "labels": labels.tolist(),
        "value": value.item(),
        "gradient": floats(logits.grad),
    }


def categorical_cases():
    """Rows of torch.distributions.Categorical; a mask puts -inf into the logits."""
    for name, masked in [("categorical", False), ("categorical with mask", True)]:
        d = Draw(name)
        logits = d.normal(4, 6, scale=2).requires_grad_()
        mask = torch.tensor(d.random.random((4, 6)) < 0.6) if masked else torch.ones(4, 6, dtype=torch.bool)
        mask[:, 2] = True
        actions = torch.tensor([2, 2, 2, 2]) if masked else torch.tensor([0, 5, 2, 3])
        lp, entropies, gradients = [], [], []
        dlp, dent = d.normal(4), d.normal(4)
        for row in range(4):
            x = logits[row][mask[row]].detach().requires_grad_()
            at = int(mask[row][: actions[row]].sum())
            distribution = torch.distributions.Categorical(logits=x)
            l, e = distribution.log_prob(torch.tensor(at)), distribution.entropy()
            (dlp[row] * l + dent[row] * e).backward()
            full = torch.zeros(6)
            full[mask[row]] = x.grad
            lp.append(l.item())
            entropies.append(e.item())
            gradients.append(full)
        yield {
            "name": name,
            "rows": 4,
            "count": 6,
            "logits": floats(logits),
            "mask": mask.int().reshape(-1).tolist(),
            "actions": actions.tolist(),
            "dLogProbability": floats(dlp),
            "dEntropy": floats(dent),
            "logProbabilities": lp,
            "entropies": entropies,
            "gradient": floats(torch.stack(gradients)),
        }


def gaussian_case():
    d = Draw("gaussian")
    mean, log_std = d.normal(4, 3).requires_grad_(), d.normal(4, 3, scale=0.7).requires_grad_()
    x, dlp, dent = d.normal(4, 3), d.normal(4), d.normal(4)
    distribution = torch.distributions.Normal(mean, log_std.exp())
    lp, entropy = distribution.log_prob(x).sum(1), distribution.entropy().sum(1)
    (dlp * lp + dent * entropy).sum().backward()
    return {
        "rows": 4,
        "count": 3,
        "mean": floats(mean),
        "logStd": floats(log_std),
        "x": floats(x),
        "dLogProbability": floats(dlp),
        "dEntropy": floats(dent),
        "logProbabilities": floats(lp),
        "entropies": floats(entropy),
        "meanGradient": floats(mean.grad),
        "logStdGradient": floats(log_std.grad),
    }


class TensorflowRmsProp:
    """RMSProp as TensorFlow has it: epsilon inside the root, squares from 1, learning rate inside the momentum."""

    def __init__(self, parameters, lr, rho, eps, momentum=0.0, centered=False):
        (self.p,) = parameters
        self.lr, self.rho, self.eps, self.momentum, self.centered = lr, rho, eps, momentum, centered
        self.square, self.mean, self.velocity = torch.ones_like(self.p), torch.zeros_like(self.p), torch.zeros_like(self.p)

    def step(self):
        g = self.p.grad
        self.square = self.rho * self.square + (1 - self.rho) * g * g
        s = self.square
        if self.centered:
            self.mean = self.rho * self.mean + (1 - self.rho) * g
            s = s - self.mean**2
        self.velocity = self.momentum * self.velocity + self.lr * g / torch.sqrt(s + self.eps)
        self.p.data -= self.velocity


OPTIMIZERS = [
    ("sgd", 0.1, lambda p: torch.optim.SGD(p, lr=0.1)),
    ("sgd(momentum=0.9)", 0.1, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
    (
        "sgd(momentum=0.9, nesterov=true, weight-decay=0.01)",
        0.05,
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    ),
    ("rmsprop", 0.01, lambda p: torch.optim.RMSprop(p, lr=0.01)),
    (
        "rmsprop(rho=0.95, epsilon=0.01, centered=true, momentum=0.5)",
        0.01,
        lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.95, eps=0.01, centered=True, momentum=0.5),
    ),
    (
        "rmsprop(rho=0.95, epsilon=0.01, tensorflow=true)",
        0.02,
        lambda p: TensorflowRmsProp(p, 0.02, 0.95, 0.01),
    ),
    (
        "rmsprop(rho=0.95, epsilon=0.01, centered=true, momentum=0.9, tensorflow=true)",
        0.02,
        lambda p: TensorflowRmsProp(p, 0.02, 0.95, 0.01, 0.9, True),
    ),
    ("adam", 0.01, lambda p: torch.optim.Adam(p, lr=0.01)),
    (
        "adam(beta1=0.8, beta2=0.95, epsilon=0.00001)",
        0.02,
        lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-5),
    ),
    ("adamw(weight-decay=0.1)", 0.01, lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1)),
]


def optimizer_case(text, rate, make, updates=5, size=7):
    d = Draw(text)
    p = d.normal(size)
    start = floats(p)
    p.requires_grad_()
    optimizer = make([p])
    gradients, results = [], []
    for _ in range(updates):
        p.grad = d.normal(size)
        gradients.append(floats(p.grad))
        optimizer.step()
        results.append(floats(p))
    return {"optimizer": text, "learningRate": rate, "start": start, "gradients": gradients, "parameters": results}


def clip_case():
    d = Draw("clip")
    p = torch.zeros(11).requires_grad_()
    p.grad = d.normal(11)
    before = floats(p.grad)
    norm = torch.nn.utils.clip_grad_norm_([p], 0.5)
    return {"gradient": before, "most": 0.5, "norm": norm.item(), "clipped": floats(p.grad)}


def initializer_cases(fan_in=300, fan_out=400):
    torch.manual_seed(SEED)
    init = torch.nn.init
    for text, fill in [
        ("orthogonal(1.5)", lambda w: init.orthogonal_(w, 1.5)),
        ("xavier-uniform(1)", init.xavier_uniform_),
        ("xavier-normal(2)", lambda w: init.xavier_normal_(w, 2)),
        ("he-uniform", lambda w: init.kaiming_uniform_(w, nonlinearity="relu")),
        ("he-normal", lambda w: init.kaiming_normal_(w, nonlinearity="relu")),
        ("normal(0.02)", lambda w: init.normal_(w, std=0.02)),
        ("uniform-fan-in", lambda w: w.data.copy_(torch.nn.Linear(fan_in, fan_out).weight)),
    ]:
        w = torch.empty(fan_out, fan_in)
        fill(w)
        yield {
            "initializer": text,
            "fanIn": fan_in,
            "fanOut": fan_out,
            "std": w.std().item(),
            "largest": w.abs().max().item(),
        }


def write(folder, name, value):
    text = json.dumps(value, separators=(",", ":")).replace("},{", "},\n{")
    (folder / name).write_text(text + "\n")


def main(folder):
    write(folder, "networks.json", [network_case(*case) for case in NETWORKS])
    write(
        folder,
        "losses.json",
        {
            "regression": list(regression_cases()),
            "crossEntropy": cross_entropy_case(),
            "categorical": list(categorical_cases()),
            "gaussian": gaussian_case(),
        },
    )
    write(
        folder,
        "optimizers.json",
        {"updates": [optimizer_case(*case) for case in OPTIMIZERS], "clip": clip_case()},
    )
    write(folder, "initializers.json", list(initializer_cases()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
