using PbsModule.Core.Interop.Restore;

namespace PbsModule.Core.Tests;

/// <summary>A folder to restore into whose n-th step fails, and all that follow it if it is to stay broken.</summary>
internal sealed class FaultyTarget(int failAt, int error, bool stays) : TargetAccess
{
    private int _steps;

    public int Steps => _steps;

    /// <summary>Called before each step, with its number.</summary>
    public Action<int>? OnStep { get; init; }

    /// <summary>What giving an entry to its owner comes to, for whoever may not; 0 to do it.</summary>
    public int OwnerError { get; init; }

    /// <summary>What handing a file over to the file system comes to; 0 to do it.</summary>
    public int FlushError { get; init; }

    /// <summary>Told which features a folder is given.</summary>
    public Action<uint>? OnFeatures { get; init; }

    public override int Open(string path, bool isNew, out TargetFolder? folder)
    {
        int result = Default.Open(path, isNew, out TargetFolder? inner);
        folder = inner is null ? null : new FaultyFolder(this, inner);
        return result;
    }

    private int Step(Func<int> act)
    {
        int step = Interlocked.Increment(ref _steps) - 1;
        OnStep?.Invoke(step);
        return step == failAt || (stays && step > failAt) ? error : act();
    }

    private sealed class FaultyFolder(FaultyTarget plan, TargetFolder inner) : TargetFolder
    {
        public override bool IgnoresCase => inner.IgnoresCase;

        public override string? Refuse(ReadOnlySpan<byte> name) => inner.Refuse(name);

        public override int Look(ReadOnlySpan<byte> name, out TargetStatus status) => inner.Look(name, out status);

        public override int OpenFolder(ReadOnlySpan<byte> name, out TargetFolder? child)
        {
            byte[] copy = name.ToArray();
            TargetFolder? opened = null;
            int error = plan.Step(() => inner.OpenFolder(copy, out opened));
            child = opened is null ? null : new FaultyFolder(plan, opened);
            return error;
        }

        public override int CreateFolder(ReadOnlySpan<byte> name)
        {
            byte[] copy = name.ToArray();
            return plan.Step(() => inner.CreateFolder(copy));
        }

        public override int CreateFile(ReadOnlySpan<byte> name, out TargetFile? file)
        {
            byte[] copy = name.ToArray();
            TargetFile? made = null;
            int error = plan.Step(() => inner.CreateFile(copy, out made));
            file = made is null ? null : new FaultyFile(plan, made);
            return error;
        }

        public override int CreateSymbolicLink(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
        {
            byte[] copy = name.ToArray(), text = target.ToArray();
            return plan.Step(() => inner.CreateSymbolicLink(copy, text));
        }

        public override int CreateNode(ReadOnlySpan<byte> name, uint mode, ulong major, ulong minor)
        {
            byte[] copy = name.ToArray();
            return plan.Step(() => inner.CreateNode(copy, mode, major, minor));
        }

        public override int CreateHardLink(ReadOnlySpan<byte> name, TargetFolder from, ReadOnlySpan<byte> existing)
        {
            byte[] copy = name.ToArray(), source = existing.ToArray();
            return plan.Step(() => inner.CreateHardLink(copy, from is FaultyFolder faulty ? faulty.Inner : from, source));
        }

        public override int Rename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool replace)
        {
            byte[] source = from.ToArray(), target = to.ToArray();
            return plan.Step(() => inner.Rename(source, target, replace));
        }

        /// <summary>Cleaning up is what a full disk still does.</summary>
        public override int Remove(ReadOnlySpan<byte> name) => inner.Remove(name);

        public override int OpenEntry(ReadOnlySpan<byte> name, out TargetEntry? entry)
        {
            byte[] copy = name.ToArray();
            TargetEntry? opened = null;
            int error = plan.Step(() => inner.OpenEntry(copy, out opened));
            entry = opened;
            return error;
        }

        public override int SetOwner(uint user, uint group) => plan.OwnerError != 0 ? plan.OwnerError : plan.Step(() => inner.SetOwner(user, group));

        public override int SetAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => inner.SetAttribute(name, value);

        public override int SetMode(uint permissions) => plan.Step(() => inner.SetMode(permissions));

        public override int SetTime(long seconds, uint nanoseconds) => plan.Step(() => inner.SetTime(seconds, nanoseconds));

        public override int SetFeatures(uint mask, uint value)
        {
            plan.OnFeatures?.Invoke(value);
            return inner.SetFeatures(mask, value);
        }

        public override int SetProject(uint project) => inner.SetProject(project);

        private TargetFolder Inner => inner;

        protected override void Dispose(bool disposing) => inner.Dispose();
    }

    private sealed class FaultyFile(FaultyTarget plan, TargetFile inner) : TargetFile
    {
        public override ulong Identity => inner.Identity;

        public override int Write(long offset, ReadOnlySpan<byte> bytes)
        {
            byte[] copy = bytes.ToArray();
            return plan.Step(() => inner.Write(offset, copy));
        }

        public override int SetLength(long length) => plan.Step(() => inner.SetLength(length));

        public override int Flush() => plan.FlushError != 0 ? plan.FlushError : plan.Step(inner.Flush);

        public override int SetOwner(uint user, uint group) => plan.OwnerError != 0 ? plan.OwnerError : plan.Step(() => inner.SetOwner(user, group));

        public override int SetAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => inner.SetAttribute(name, value);

        public override int SetMode(uint permissions) => plan.Step(() => inner.SetMode(permissions));

        public override int SetTime(long seconds, uint nanoseconds) => plan.Step(() => inner.SetTime(seconds, nanoseconds));

        public override int SetFeatures(uint mask, uint value) => inner.SetFeatures(mask, value);

        public override int SetProject(uint project) => inner.SetProject(project);

        protected override void Dispose(bool disposing) => inner.Dispose();
    }
}
