using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>Files that fail as told: each call asks the script first, which answers an error number, or 0 to go on.</summary>
internal sealed class FaultyFile(SequentialFile inner) : SequentialFile
{
    /// <summary>Asked before a file is opened.</summary>
    public Func<int> OnOpen { get; set; } = () => 0;

    /// <summary>Asked before each read.</summary>
    public Func<int> OnRead { get; set; } = () => 0;

    public int Renewals { get; private set; }

    public int Opens { get; private set; }

    public override int Open(ReadOnlySpan<byte> name)
    {
        Opens++;
        int error = OnOpen();
        return error == 0 ? inner.Open(name) : error;
    }

    public override int Read(Span<byte> buffer, out int length)
    {
        length = 0;
        int error = OnRead();
        return error == 0 ? inner.Read(buffer, out length) : error;
    }

    public override void Close() => inner.Close();

    public override int Renew()
    {
        Renewals++;
        return inner.Renew();
    }

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
