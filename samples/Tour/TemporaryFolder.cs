using System.Runtime.InteropServices;

namespace Tour;

/// <summary>
/// A folder that is removed with the tour, even if a signal or a closed terminal ends the tour early.
/// </summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const int ExitInterrupted = 130;
    private const int Attempts = 5;

    private static readonly PosixSignal[] EndingSignals = [PosixSignal.SIGTERM, PosixSignal.SIGHUP];

    private readonly Lock _removing = new();
    private readonly PosixSignalRegistration[] _signals;

    public TemporaryFolder()
    {
        Path = Directory.CreateTempSubdirectory("pbs-tour-").FullName;
        _signals = [.. EndingSignals.Select(signal => PosixSignalRegistration.Create(signal, Leave))];
    }

    public string Path { get; }

    public void Dispose()
    {
        Remove();
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
    }

    private void Leave(PosixSignalContext context)
    {
        Remove();
        Environment.Exit(ExitInterrupted);
    }

    private void Remove()
    {
        lock (_removing)
        {
            // The tour may still unpack files into it while a signal ends it.
            for (int attempt = 1; Directory.Exists(Path); attempt++)
            {
                try
                {
                    Directory.Delete(Path, recursive: true);
                }
                catch (IOException) when (attempt < Attempts)
                {
                }
            }
        }
    }
}
