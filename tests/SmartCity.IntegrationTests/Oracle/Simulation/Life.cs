namespace SmartCity.IntegrationTests.Oracle.Simulation;

/// <summary>Thrown into a program that has been killed, at the next thing it does: nothing of it is carried out any more.</summary>
internal sealed class KilledException : Exception;

/// <summary>
/// A process that can be killed between any two things it does. Its code runs in <see cref="RunOne"/> alone; it meets the world through its
/// clock, <see cref="DelayAsync"/> and <see cref="Touch"/>, and each of these meetings may be its last.
/// </summary>
/// <param name="world">Where it lives.</param>
/// <param name="schedule">How late its timers are, and by how much its clock is wrong.</param>
/// <param name="random">Which of the continuations that are ready is next.</param>
/// <param name="touches">How often it may meet the world before it is killed; null: it is not.</param>
internal sealed class Life(World world, Schedule schedule, Random random, int? touches)
{
    private int? _touches = touches;

    /// <summary>Its clock.</summary>
    public TimeProvider Clock => field ??= new LateClock(this);

    /// <summary>Where its continuations wait.</summary>
    public TaskScheduler Scheduler => Ready;

    /// <summary>Is it over?</summary>
    public bool IsOver { get; private set; }

    /// <summary>Ends it: nothing more of it is executed.</summary>
    public void End() => IsOver = true;

    /// <summary>It is not killed any more.</summary>
    public void Spare() => _touches = null;

    /// <summary>It meets the world.</summary>
    /// <exception cref="KilledException">It is over, or is so from now on.</exception>
    public void Touch()
    {
        if (!TryTouch())
        {
            throw new KilledException();
        }
    }

    /// <summary>It meets the world; false when it is over, or is so from now on.</summary>
    public bool TryTouch()
    {
        if (!IsOver && _touches is { } left && (_touches = left - 1) == 0)
        {
            world.Count("killed");
            End();
        }
        return !IsOver;
    }

    /// <summary>Runs one continuation; false when none is ready.</summary>
    public bool RunOne() => Ready.RunOne(random);

    /// <summary>Something of it happens after a time, unless it is over by then.</summary>
    public void After(TimeSpan delay, Action action) => world.At(world.Now + delay, () =>
    {
        if (!IsOver)
        {
            action();
        }
    });

    /// <summary>Waits for an answer of the world.</summary>
    public Task DelayAsync(TimeSpan delay)
    {
        TaskCompletionSource done = new();
        After(delay, done.SetResult);
        return done.Task;
    }

    /// <summary>Continuations of one program, run by one thread.</summary>
    private sealed class OneThread(Life life) : TaskScheduler
    {
        private readonly int _thread = Environment.CurrentManagedThreadId;
        private readonly List<Task> _tasks = [];

        public bool RunOne(Random random)
        {
            if (_tasks.Count == 0)
            {
                return false;
            }
            int index = _tasks.Count == 1 ? 0 : random.Next(_tasks.Count);
            Task task = _tasks[index];
            _tasks.RemoveAt(index);
            TryExecuteTask(task);
            return true;
        }

        protected override void QueueTask(Task task)
        {
            if (life.IsOver)
            {
                return; // Its objects are finalised, perhaps by another thread.
            }
            if (Environment.CurrentManagedThreadId != _thread)
            {
                throw new InvalidOperationException("A continuation came from another thread: the schedule could not be played again.");
            }
            _tasks.Add(task);
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => _tasks;
    }

    /// <summary>A clock that may be set, and whose timers come late, as on a machine that has more to do than it can.</summary>
    private sealed class LateClock(Life life) : TimeProvider
    {
        private readonly World _world = life.World;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow()
        {
            life.Touch();
            return _world.Now + life.Schedule.OracleClockErrorAt(_world.Now);
        }

        public override long GetTimestamp() => _world.Now.UtcTicks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            life.TryTouch(); // Without an exception: a PeriodicTimer that was not made to its end cannot be finalised.
            return new LateTimer(life, () => callback(state), dueTime, period);
        }
    }

    private OneThread Ready => field ??= new(this);

    private World World => world;

    private Schedule Schedule => schedule;

    private sealed class LateTimer : ITimer
    {
        private readonly Life _life;
        private readonly Action _callback;
        private int _version;

        public LateTimer(Life life, Action callback, TimeSpan dueTime, TimeSpan period)
        {
            (_life, _callback) = (life, callback);
            Change(dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            int version = ++_version;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                _life.After(dueTime + _life.Schedule.Lateness(dueTime), () => Fire(version, period));
            }
            return true;
        }

        public void Dispose() => _version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(int version, TimeSpan period)
        {
            if (version != _version)
            {
                return;
            }
            if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero)
            {
                Change(period, period);
            }
            _callback();
        }
    }
}
