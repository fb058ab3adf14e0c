using System.Management.Automation;
using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Acl;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Binding;

/// <summary>
/// An ACL entry to remove: an entry object, a line of acl.cfg, or a row with the columns of an entry.
/// </summary>
public sealed class AclEntryReference
{
    internal AclEntryReference(string path, string? authId, string? group, string role) => Change = new AclChange(
        AclPath.Parse(path),
        Role.Parse(role),
        string.IsNullOrEmpty(authId) ? null : Authid.Parse(authId),
        string.IsNullOrEmpty(group) ? null : group,
        Delete: true);

    /// <exception cref="PbsArgumentException">The line is not exactly one entry.</exception>
    public AclEntryReference(string line)
    {
        AclEntry[] entries;
        try
        {
            entries = [.. AclTree.ParseData(line).Entries()];
        }
        catch (PbsFormatException e)
        {
            throw new PbsArgumentException(PbsErrorId.TextInvalid, $"'{line}' is not an entry - {e.Message}", line, e);
        }

        if (entries is not [var entry])
        {
            throw new PbsArgumentException(PbsErrorId.TextInvalid, $"'{line}' is not one entry", line);
        }

        Change = new AclChange(entry.Path, entry.Role, entry.AuthId, entry.Group, entry.Propagate, Delete: true);
    }

    /// <summary>The removal as a change of the ACL.</summary>
    internal AclChange Change { get; }

    public override string ToString() =>
        $"{Change.Role} of {Change.AuthId?.ToString() ?? "@" + Change.Group} on {Change.Path}";
}

/// <summary>
/// Accepts ACL entries, and rows that have all keys of one, from the pipeline; refuses everything else.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class AclEntryTransformationAttribute : ArgumentTransformationAttribute
{
    private const string Form = "a row of one has AclPath, Role and AuthId";

    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Convert(inputData, value =>
        {
            try
            {
                return value switch
                {
                    AclEntryReference => value,
                    AclEntryInfo entry => new AclEntryReference(entry.AclPath, entry.AuthId, entry.Group, entry.Role),
                    string line => new AclEntryReference(line),
                    PSObject row when RowKeys.Text(row, "AclPath") is { } path && RowKeys.Text(row, "Role") is { } role
                        && (RowKeys.Text(row, "AuthId") ?? RowKeys.Text(row, "Group")) is not null =>
                        new AclEntryReference(path, RowKeys.Text(row, "AuthId"), RowKeys.Text(row, "Group"), role),
                    _ => throw ArgumentValues.Refuse($"'{value}' is not an entry of access control; {Form}"),
                };
            }
            catch (PbsArgumentException error)
            {
                throw ArgumentValues.Refuse(error.Message);
            }
        });
}
