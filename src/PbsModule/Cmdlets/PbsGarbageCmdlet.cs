using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Core.Features.Garbage;

namespace PbsModule.Cmdlets;

/// <summary>The base of cmdlets that determine which chunks are in use.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsGarbageCmdlet : PbsDatastoreCmdlet
{
    private const long LeastMemory = 1 << 20;

    /// <summary>
    /// Only chunks last accessed before this time are removed. It cannot be later than the server's limit, which is the
    /// default: 24 hours and 5 minutes ago, or the gc-atime-cutoff of the datastore.
    /// </summary>
    [Parameter, TimeTransformation]
    public DateTimeOffset Cutoff { get; set; }

    /// <summary>Bytes of memory for the digests of chunks, 57 each.</summary>
    [Parameter]
    [ValidateRange(LeastMemory, long.MaxValue)]
    public long MemoryLimit { get; set; } = new GarbageQuery().Memory;

    private protected sealed override bool IsOnceForEach => true;

    /// <summary>The query that the parameters describe.</summary>
    private protected GarbageQuery Query =>
        new() { Cutoff = Given(nameof(Cutoff)) ? Cutoff : null, Memory = MemoryLimit };
}
