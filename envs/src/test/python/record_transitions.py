"""Records what Gymnasium's environments do, for the parity tests beside it.

    python record_transitions.py ../resources/io/espalier/envs

Made with gymnasium 1.4.0, numpy 2.4.6, Python 3.11 on x86-64; the generator below is seeded, so a second run writes the
same files (up to the last place of sine and cosine, which belong to numpy and the C library).

Classic control, one file each, a line being one transition from a state that was set, on the environment itself:
    state ; action ; next state ; observation ; reward ; terminated
with numbers separated by spaces, doubles and floats as repr writes them. A third of the states are those of a random
episode, the rest are drawn from a wider range than episodes visit, or set at thresholds and limits by hand.
MountainCarContinuous keeps doubles before its first step and floats after; its lines begin with "first" or "later".

Toy text: the whole table P, a line being: state action probability next reward terminated; before it, lines "start" with
state and probability. Taxi in the rain: its moves do not depend on passenger and destination (asserted here), so only
squares are written, and boarding is as on a dry day (asserted too).

Blackjack, a line being one game with given cards: rules ; cards drawn in order ; actions ; observations ; reward.

registry.txt: name, max_episode_steps (0 for none), reward_threshold (nan for none). limits.txt: one action repeated until
an episode of the registered environment ends: name, action, steps taken, terminated, truncated.
"""

import math
import pathlib
import sys

import gymnasium as gym
import numpy as np
from gymnasium.envs.toy_text import blackjack, cliffwalking, frozen_lake, taxi

assert gym.__version__ == "1.4.0", gym.__version__
OUT = pathlib.Path(sys.argv[1])
RANDOM = np.random.default_rng(20260101)


def numbers(values):
    return " ".join(repr(np.asarray(v).item()) if np.asarray(v).dtype != np.float32 else str(np.float32(v))
                    for v in values)


def write(name, lines):
    text = "\n".join(lines) + "\n"
    assert len(text) < 60_000, (name, len(text))
    (OUT / name).write_text(text)
    print(name, len(lines), "lines,", len(text), "bytes")


def one(env, state, action):
    """The line of one transition."""
    env.state = state
    if hasattr(env, "steps_beyond_terminated"):
        env.steps_beyond_terminated = None
    observation, reward, terminated, truncated, _ = env.step(action)
    assert not truncated
    acted = action if isinstance(action, np.ndarray) else [action]
    states = [np.asarray(s, dtype=np.float64) for s in (state, env.state)]
    return " ; ".join([numbers(states[0]), numbers(acted), numbers(states[1]), numbers(observation),
                       repr(float(reward)), str(int(terminated))])


def classic(name, file, drawn, by_hand, action, episodes=60, wide=100):
    env = gym.make(name).unwrapped
    lines = []
    state = None
    for step in range(episodes):
        if state is None:
            env.reset(seed=step)
            state = np.array(env.state, dtype=np.float64)
        lines.append(one(env, state, action()))
        state = None if lines[-1].endswith("1") else np.array(env.state, dtype=np.float64)
    for _ in range(wide):
        lines.append(one(env, drawn(), action()))
    for state, acted in by_hand:
        lines.append(one(env, np.array(state, dtype=np.float64), acted))
    write(file, lines)


def uniform(*high):
    return lambda: RANDOM.uniform(-np.array(high), np.array(high))


lean = 12 * 2 * math.pi / 360
up = math.nextafter
classic("CartPole-v1", "cartpole.txt", uniform(2.5, 3, 0.25, 4),
        [([x, v, t, w], a) for a in (0, 1) for x, v, t, w in (
            (2.4, 0, 0, 0), (up(2.4, 3), 0, 0, 0), (-2.4, 0, 0, 0), (up(-2.4, -3), 0, 0, 0), (2.4, -1e-3, 0, 0),
            (0, 0, lean, 0), (0, 0, up(lean, 1), 0), (0, 0, -lean, 0), (0, 0, up(-lean, -1), 0), (2.39, 1, 0.2, 1),
            (2.38, 1, 0.19, 1), (0, 0, 0, 0), (0, 0, math.pi, 0), (1, -1, 2.5, -30), (-1, 1, -100, 0.5))],
        lambda: int(RANDOM.integers(2)))

classic("Acrobot-v1", "acrobot.txt", uniform(math.pi, math.pi, 4 * math.pi, 9 * math.pi),
        [(s, a) for a in (0, 1, 2) for s in (
            [0.0] * 4, [math.pi, 0, 0, 0], [-math.pi, 0, 0, 0], [math.pi / 2, math.pi / 2, 0, 0], [3, 0.1, 12.5, -28],
            [-3, 3.1, -12.5, 28], [2.0, 0.3, 1, 1], [1.8, 0.2, 2, 1], [1.6, 0.6, 2, 1], [0, math.pi, 0, 0])],
        lambda: int(RANDOM.integers(3)), wide=90)

classic("MountainCar-v0", "mountaincar.txt",
        lambda: np.array([RANDOM.uniform(-1.2, 0.6), RANDOM.uniform(-0.07, 0.07)]),
        [(s, a) for a in (0, 1, 2) for s in (
            [-1.2, 0], [-1.2, -0.07], [-1.19, -0.02], [-1.15, -0.05], [0.5, 0], [0.49, 0.0105], [0.45, 0.05],
            [0.48, 0.02], [0.499, 0.0], [0.6, 0.07], [0.58, 0.07], [0.52, -0.07], [-0.5, 0.07], [-0.5, -0.07],
            [0.5, -0.0001])],
        lambda: int(RANDOM.integers(3)))

classic("Pendulum-v1", "pendulum.txt", uniform(80, 8),
        [([t, w], np.array([u], dtype=np.float32)) for t, w in (
            (0, 0), (math.pi, 0), (-math.pi, 0), (3 * math.pi, 1), (-3 * math.pi, -1), (1.5, 8), (-1.5, -8), (1.5, 7.9),
            (-1.5, -7.9), (1e-9, 0), (math.pi / 2, 0)) for u in (0, -2, 2, 2.5, -7, 0.3)],
        lambda: RANDOM.uniform(-2.2, 2.2, size=1).astype(np.float32))


def continuous_car():
    env = gym.make("MountainCarContinuous-v0").unwrapped
    lines = []

    def throttle():
        return RANDOM.uniform(-1.2, 1.2, size=1).astype(np.float32)

    for step in range(60):
        env.reset(seed=step)
        lines.append("first ; " + one(env, env.state, throttle()))
    env.reset(seed=0)
    env.step(throttle())
    for step in range(60):
        lines.append("later ; " + one(env, env.state, throttle()))
    for _ in range(100):
        state = np.array([RANDOM.uniform(-1.2, 0.6), RANDOM.uniform(-0.07, 0.07)], dtype=np.float32)
        lines.append("later ; " + one(env, state, throttle()))
    for state in ([-1.2, 0], [-1.2, -0.07], [-1.15, -0.05], [0.45, 0], [0.44, 0.0105], [0.43, 0.02], [0.449, 0],
                  [0.6, 0.07], [0.52, -0.07], [-0.5, 0.07], [-0.5, -0.07], [0.46, -0.0001], [0.45, -0.005]):
        for action in (0, 1, -1, 1.5, -3, 0.5):
            lines.append("later ; " + one(env, np.array(state, dtype=np.float32), np.array([action], dtype=np.float32)))
    write("mountaincarcontinuous.txt", lines)


continuous_car()


def table(file, env):
    lines = [f"start {s} {float(p)!r}" for s, p in enumerate(env.initial_state_distrib) if p > 0]
    for s, actions in env.P.items():
        for a, outcomes in actions.items():
            lines += [f"{s} {a} {float(p)!r} {int(n)} {float(r):g} {int(t)}" for p, n, r, t in outcomes]
    write(file, lines)


table("frozenlake.txt", frozen_lake.FrozenLakeEnv(map_name="4x4"))
table("frozenlake-deterministic.txt", frozen_lake.FrozenLakeEnv(map_name="4x4", is_slippery=False))
table("frozenlake-rate.txt", frozen_lake.FrozenLakeEnv(desc=["SFH", "HSG"], success_rate=0.7))
table("frozenlake8x8.txt", frozen_lake.FrozenLakeEnv(map_name="8x8"))
table("frozenlake8x8-deterministic.txt", frozen_lake.FrozenLakeEnv(map_name="8x8", is_slippery=False))
table("cliffwalking.txt", cliffwalking.CliffWalkingEnv())
table("cliffwalking-slippery.txt", cliffwalking.CliffWalkingEnv(is_slippery=True))


def taxis():
    dry = taxi.TaxiEnv()
    lines = [f"start {s} {float(p)!r}" for s, p in enumerate(dry.initial_state_distrib) if p > 0]
    # A third shorter than the other tables, being all of probability 1: state action next reward terminated.
    for s, actions in dry.P.items():
        for a, outcomes in actions.items():
            ((p, n, r, t),) = outcomes
            assert p == 1
            lines.append(f"{s} {a} {n} {r} {int(t)}")
    write("taxi.txt", lines)
    write("taxi-masks.txt", [f"{s} {''.join(str(m) for m in dry.action_mask(s))}" for s in range(500)])
    rainy = taxi.TaxiEnv(is_rainy=True)
    lines = []
    for s in range(500):
        assert rainy.P[s][4] == dry.P[s][4] and rainy.P[s][5] == dry.P[s][5]
        for a in range(4):
            for i, (p, n, r, t) in enumerate(rainy.P[s][a]):
                base = rainy.P[s // 20 * 20][a][i]
                assert (p, r, t) == (base[0], -1, False) and n // 20 == base[1] // 20 and n % 20 == s % 20
                if s % 20 == 0:
                    lines.append(f"{s // 20} {a} {float(p)!r} {n // 20}")
    write("taxi-rainy.txt", lines)


taxis()


def games():
    lines = []
    for rules, settings in (("BOOK", dict(sab=True)), ("CASINO", dict(natural=True)), ("PLAIN", {})):
        env = blackjack.BlackjackEnv(**settings)
        by_hand = [[5, 6, 1, 10, 10], [1, 10, 1, 10], [10, 1, 10, 1], [6, 5, 10, 1, 10], [10, 7, 10, 1], [7, 7, 1, 10, 7],
                   [10, 6, 10, 8, 10], [1, 6, 10, 9], [1, 5, 10, 9, 10, 10], [10, 8, 10, 8], [2, 2, 1, 1, 10, 9, 4, 4]]
        for game in range(130):
            given = by_hand[game] if game < len(by_hand) else []
            deck = given + [int(c) for c in RANDOM.choice(blackjack.deck, 30)]
            used = []

            def draw(_, deck=deck, used=used):
                used.append(deck[len(used)])
                return used[-1]

            blackjack.draw_card = draw
            seen = [env.reset(seed=0)[0]]
            actions = []
            done = False
            while not done:
                hit = game >= len(by_hand) and seen[-1][0] < RANDOM.integers(10, 23) or game == len(by_hand) - 1
                actions.append(int(bool(hit)))
                observation, reward, done, _, _ = env.step(actions[-1])
                seen.append(observation)
            lines.append(" ; ".join([rules, numbers(used), numbers(actions), numbers(sum(seen, ())), repr(float(reward))]))
    write("blackjack.txt", lines)


games()

NAMES = ["CartPole-v1", "Acrobot-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1", "FrozenLake-v1",
         "FrozenLake8x8-v1", "Taxi-v4", "CliffWalking-v1", "CliffWalkingSlippery-v1", "Blackjack-v1"]
write("registry.txt", [f"{n} {gym.spec(n).max_episode_steps or 0} "
                       f"{math.nan if gym.spec(n).reward_threshold is None else gym.spec(n).reward_threshold}"
                       for n in NAMES])


def limits():
    lines = []
    for name, action, settings in (("MountainCar-v0", 1, {}), ("MountainCarContinuous-v0", 0.0, {}), ("Pendulum-v1", 0.0, {}),
                                   ("Acrobot-v1", 1, {}), ("Taxi-v4", 5, {}),
                                   ("FrozenLake-v1", 0, dict(is_slippery=False)),
                                   ("FrozenLake8x8-v1", 3, dict(is_slippery=False))):
        env = gym.make(name, **settings)
        env.reset(seed=1)
        acted = np.array([action], dtype=np.float32) if isinstance(action, float) else action
        steps = 0
        terminated = truncated = False
        while not (terminated or truncated):
            _, reward, terminated, truncated, _ = env.step(acted)
            steps += 1
        if settings:
            name = name.replace("-v1", "Deterministic-v1")
        lines.append(f"{name} {action} {steps} {int(terminated)} {int(truncated)}")
    write("limits.txt", lines)


limits()
