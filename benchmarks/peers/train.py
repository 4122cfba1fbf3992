"""Trains the ResNet-20 of the example in PyTorch, as Edgewright's trainer does it.

The first weights come from the ONNX file of Edgewright's own architecture, so both start from the same network. Data,
normalisation, batch, augmentation (mirror, shift by up to two pixels), label smoothing, optimiser and threads are alike.

    train.py steps  GRAPH.onnx DATA STEPS THREADS     milliseconds and CPU milliseconds of each step, one a line
    train.py epochs GRAPH.onnx DATA EPOCHS THREADS    whole training with the schedule of train.yaml; accuracy at the end
"""

import gzip
import math
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from torch import nn

BATCH, RATE, MOMENTUM, DECAY, SMOOTHING = 128, 0.2, 0.9, 5e-4, 0.05
MEAN, DEVIATION = 0.2860, 0.3530
HELD_OUT = 5000


class ResNet20(nn.Module):
    """He et al. 2016, section 4.2; modules are named as the initialisers of the ONNX file."""

    def __init__(self, blocks=3, width=16, classes=10):
        super().__init__()
        self.stem = nn.Conv2d(1, width, 3, 1, 1, bias=False)
        self.stem_norm = nn.BatchNorm2d(width)
        self.names, before = [], width
        for stage in range(3):
            out = width << stage
            for block in range(blocks):
                name = f"stage{stage + 1}_block{block + 1}"
                stride = 2 if stage > 0 and block == 0 else 1
                setattr(self, name + "_conv1", nn.Conv2d(before, out, 3, stride, 1, bias=False))
                setattr(self, name + "_norm1", nn.BatchNorm2d(out))
                setattr(self, name + "_conv2", nn.Conv2d(out, out, 3, 1, 1, bias=False))
                setattr(self, name + "_norm2", nn.BatchNorm2d(out))
                if stride != 1 or before != out:
                    setattr(self, name + "_shortcut", nn.Conv2d(before, out, 1, stride, 0, bias=False))
                    setattr(self, name + "_shortcut_norm", nn.BatchNorm2d(out))
                self.names.append(name)
                before = out
        self.head = nn.Linear(before, classes)

    def forward(self, x):
        x = F.relu(self.stem_norm(self.stem(x)), inplace=True)
        for name in self.names:
            part = lambda suffix: getattr(self, name + suffix)  # noqa: E731
            y = F.relu(part("_norm1")(part("_conv1")(x)), inplace=True)
            y = part("_norm2")(part("_conv2")(y))
            if hasattr(self, name + "_shortcut"):
                x = part("_shortcut_norm")(part("_shortcut")(x))
            x = F.relu(y + x, inplace=True)
        return self.head(x.mean((2, 3)))


def network(graph):
    net = ResNet20()
    weights = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in onnx.load(graph).graph.initializer}
    missing = net.load_state_dict(weights, strict=False)
    assert not missing.unexpected_keys, missing
    assert all(key.endswith("num_batches_tracked") for key in missing.missing_keys), missing
    return net


def idx(path):
    raw = gzip.open(path).read()
    axes = raw[3]
    shape = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(axes)]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * axes).reshape(shape)


def samples(folder, kind):
    images = torch.from_numpy(idx(Path(folder, kind + "-images-idx3-ubyte.gz")).astype(np.float32))
    images = ((images / 255 - MEAN) / DEVIATION).unsqueeze(1)
    return images, torch.from_numpy(idx(Path(folder, kind + "-labels-idx1-ubyte.gz")).astype(np.int64))


def augment(batch):
    """Mirrors every second image and shifts each by up to two pixels; the rim is black."""
    n, _, height, width = batch.shape
    batch = torch.where(torch.rand(n, 1, 1, 1) < 0.5, batch.flip(3), batch)
    padded = F.pad(batch, (2, 2, 2, 2), value=-MEAN / DEVIATION)
    rows = torch.randint(0, 5, (n, 1)) + torch.arange(height)
    columns = torch.randint(0, 5, (n, 1)) + torch.arange(width)
    return padded[torch.arange(n)[:, None, None], 0, rows[:, :, None], columns[:, None, :]].unsqueeze(1)


def one_cycle(step, total, rise=0.25):
    up = max(1.0, rise * total)
    if step < up:
        return 0.05 + 0.95 * step / up
    return 0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * min(1.0, (step - up) / max(1.0, total - up))))


def optimizer(net):
    matrices = [p for p in net.parameters() if p.dim() > 1]
    others = [p for p in net.parameters() if p.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": DECAY}, {"params": others, "weight_decay": 0}]
    return torch.optim.SGD(groups, lr=RATE, momentum=MOMENTUM)


def step(net, sgd, images, labels, chosen):
    sgd.zero_grad(set_to_none=True)
    loss = F.cross_entropy(net(augment(images[chosen])), labels[chosen], label_smoothing=SMOOTHING)
    loss.backward()
    sgd.step()
    return loss.item()


def timed(graph, folder, steps):
    images, labels = samples(folder, "train")
    net = network(graph).train()
    sgd = optimizer(net)
    order = torch.randperm(steps * BATCH)
    for number in range(steps):
        begin, cpu = time.perf_counter(), time.process_time()
        loss = step(net, sgd, images, labels, order[number * BATCH : (number + 1) * BATCH])
        wall, cpu = (time.perf_counter() - begin) * 1e3, (time.process_time() - cpu) * 1e3
        print(f"step {wall:.3f} ms cpu {cpu:.3f} ms loss {loss:.4f}", flush=True)


@torch.no_grad()
def accuracy(net, images, labels):
    net.eval()
    right = sum((net(x).argmax(1) == y).sum().item() for x, y in zip(images.split(256), labels.split(256)))
    net.train()
    return right / len(labels)


def trained(graph, folder, epochs):
    images, labels = samples(folder, "train")
    held, held_labels = images[-HELD_OUT:], labels[-HELD_OUT:]
    images, labels = images[:-HELD_OUT], labels[:-HELD_OUT]
    net = network(graph).train()
    sgd = optimizer(net)
    count = len(labels) // BATCH
    best, kept = -1.0, None
    for epoch in range(epochs):
        begin = time.perf_counter()
        order = torch.randperm(len(labels))
        for number in range(count):
            for group in sgd.param_groups:
                group["lr"] = RATE * one_cycle(epoch * count + number, epochs * count)
            step(net, sgd, images, labels, order[number * BATCH : (number + 1) * BATCH])
        score = accuracy(net, held, held_labels)
        if score > best:
            best, kept = score, {k: v.clone() for k, v in net.state_dict().items()}
        print(f"epoch {epoch + 1} {time.perf_counter() - begin:.1f} s validation {score:.4f}", flush=True)
    net.load_state_dict(kept)
    print(f"test {accuracy(net, *samples(folder, 't10k')):.4f}")


if __name__ == "__main__":
    what, graph, folder, count, threads = sys.argv[1:6]
    torch.manual_seed(7)
    torch.set_num_threads(int(threads))
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads", file=sys.stderr)
    {"steps": timed, "epochs": trained}[what](graph, folder, int(count))
