"""Makes the trained ResNet-20 of the example smaller in PyTorch with the tools that a user would take, at Edgewright's training budget.

    train_smaller.py torch_pruning MODEL.onnx DATA OUT.onnx EPOCHS THREADS    half of the multiply-accumulates in one cut, as prune.yaml
    train_smaller.py nncf_qat      MODEL.onnx DATA OUT.onnx EPOCHS THREADS    int8, quantisation-aware, as qat.yaml

Both recover with the original as teacher (temperature 2, weight 0.7), the batch, rate, schedule, decay, clipping and augmentation of those
jobs, and keep the epoch that does best on the 5,000 held-out images. OUT.onnx is scored on the test images here, and can be measured beside
the others by PeerComparison.
"""

import copy
import sys
import time

import torch
import torch.nn.functional as F

import train

TEMPERATURE, TEACHING = 2.0, 0.7
CALIBRATION = 512


def recover(net, teacher, data, epochs, rate, schedule):
    """Trains on labels and the teacher; the gradient norm is held at 1."""
    images, labels, held, held_labels = data
    best, kept = -1.0, None
    teacher.eval()
    net.train()
    matrices = [p for p in net.parameters() if p.dim() > 1]
    others = [p for p in net.parameters() if p.dim() <= 1]
    sgd = torch.optim.SGD(
        [{"params": matrices, "weight_decay": train.DECAY}, {"params": others, "weight_decay": 0}],
        lr=rate,
        momentum=train.MOMENTUM,
    )
    count = len(labels) // train.BATCH
    for epoch in range(epochs):
        begin, order, total = time.perf_counter(), torch.randperm(len(labels)), 0.0
        for number in range(count):
            for group in sgd.param_groups:
                group["lr"] = rate * schedule(epoch * count + number, epochs * count)
            chosen = order[number * train.BATCH : (number + 1) * train.BATCH]
            batch = train.augment(images[chosen])
            with torch.no_grad():
                wanted = F.softmax(teacher(batch) / TEMPERATURE, 1)
            sgd.zero_grad(set_to_none=True)
            got = net(batch)
            taught = F.kl_div(F.log_softmax(got / TEMPERATURE, 1), wanted, reduction="batchmean") * TEMPERATURE**2
            loss = TEACHING * taught + (1 - TEACHING) * F.cross_entropy(got, labels[chosen])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            sgd.step()
            total += loss.item()
        score = train.accuracy(net, held, held_labels)
        if score > best:
            best, kept = score, copy.deepcopy(net.state_dict())
        took = time.perf_counter() - begin
        print(f"epoch {epoch + 1} loss {total / count:.4f} validation {score:.4f} {took:.1f} s", flush=True)
    net.load_state_dict(kept)
    return net


def torch_pruning(net, data, epochs):
    import torch_pruning as tp

    example, teacher = torch.zeros(1, 1, 28, 28), copy.deepcopy(net)
    before = tp.utils.count_ops_and_params(net, example)[0]
    # This share of the channels is half of the work of this network, in multiples of 8 as in Edgewright's job.
    pruner = tp.pruner.MagnitudePruner(
        net,
        example,
        importance=tp.importance.GroupMagnitudeImportance(p=2),
        pruning_ratio=0.25,
        global_pruning=True,
        round_to=8,
        ignored_layers=[net.head],
    )
    pruner.step()
    after = tp.utils.count_ops_and_params(net, example)[0]
    print(f"multiply-accumulates {before / 1e6:.1f} M -> {after / 1e6:.1f} M")
    return recover(net, teacher, data, epochs, 0.03, train.one_cycle)


def nncf_qat(net, data, epochs):
    import math

    import nncf

    teacher = copy.deepcopy(net)
    calibration = nncf.Dataset(data[0][:CALIBRATION].split(train.BATCH))
    net = nncf.quantize(net.eval(), calibration, subset_size=CALIBRATION // train.BATCH)
    cosine = lambda step, total: 0.5 * (1 + math.cos(math.pi * step / max(1, total)))  # noqa: E731
    return recover(net, teacher, data, epochs, 0.001, cosine)


if __name__ == "__main__":
    method, model, folder, out, epochs, threads = sys.argv[1:7]
    torch.manual_seed(7)
    torch.set_num_threads(int(threads))
    images, labels = train.samples(folder, "train")
    held = -train.HELD_OUT
    data = images[:held], labels[:held], images[held:], labels[held:]
    net = {"torch_pruning": torch_pruning, "nncf_qat": nncf_qat}[method](train.network(model), data, int(epochs))
    net.eval()
    print(f"{method} test {train.accuracy(net, *train.samples(folder, 't10k')):.4f}")
    net.eval()
    if method == "nncf_qat":
        import nncf

        net = nncf.strip(net, example_input=torch.zeros(1, 1, 28, 28))
    torch.onnx.export(
        net,
        torch.zeros(1, 1, 28, 28),
        out,
        input_names=["image"],
        output_names=["logits"],
        dynamic_axes={"image": {0: "N"}, "logits": {0: "N"}},
        opset_version=17,
        dynamo=False,
    )
