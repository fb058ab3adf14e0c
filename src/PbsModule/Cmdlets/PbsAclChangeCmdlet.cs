using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Core.Access;
using PbsModule.Core.Features.Acl;

namespace PbsModule.Cmdlets;

/// <summary>The base of cmdlets that change ACL entries.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsAclChangeCmdlet : PbsCmdlet
{
    private string? _seen;

    /// <summary>The expected state, a digest as Get-PbsAcl returns it; another state is not changed.</summary>
    [Parameter]
    [ValidatePattern("^[a-f0-9]{64}$")]
    public string? Digest { get; set; }

    /// <summary>Whether to write even where the lock of a server cannot be seen.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Begin() => _seen = Digest;

    /// <summary>Makes the changes, all or none. The next input is compared with the state after these.</summary>
    private protected IReadOnlyList<AclEntryInfo> Apply(IReadOnlyList<AclChange> changes)
    {
        if (changes.Count == 0) return [];
        if (Engine.Acl.WarningOf(changes) is { } warning) WriteWarning(warning);
        AclChangeResult result = Engine.Acl.Change(changes, _seen, Force, StopToken);
        if (_seen is not null) _seen = result.Digest;
        if (changes.Any(change => change is { Delete: false, AuthId.IsSuperuser: true }))
        {
            WriteWarning("root@pam may do everything without an entry, and none is kept");
        }

        return result.Added;
    }
}
