using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>
/// What a caller can ask for. A session holds nothing but its connection; the objects it returns lead back to their
/// store by themselves. Sequences are lazy: problems are reported on the thread that enumerates, inside of MoveNext,
/// and ending the enumeration early stops all work behind it.
/// </summary>
public sealed partial class PbsSession
{
    private readonly EngineOptions _engine;
    private readonly Gate _gate;

    public PbsSession(Connection connection)
        : this(connection, new EngineOptions())
    {
    }

    internal PbsSession(Connection connection, EngineOptions engine)
    {
        Connection = connection;
        _engine = engine;
        _gate = new Gate(engine.Folders);
    }

    public Connection Connection { get; }
}

/// <summary>How the engine works; what tests and measurements choose otherwise.</summary>
internal sealed record EngineOptions
{
    /// <summary>How folders are read.</summary>
    public FolderAccess Folders { get; init; } = FolderAccess.Default;

    /// <inheritdoc cref="ScanOptions.Helpers"/>
    public int Helpers { get; init; } = Math.Min(Environment.ProcessorCount, 2) - 1;
}
