using PbsModule.Core.Configuration;
using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Gate;

namespace PbsModule.Core.Features.Jobs;

/// <summary>Lists the remotes of a server.</summary>
public sealed class RemoteService
{
    private readonly ServiceScope _scope;

    internal RemoteService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Returns the remotes that the caller may see, by name. A literal without a match is reported as an error.
    /// </summary>
    /// <exception cref="PbsArgumentException">There is no connection.</exception>
    /// <exception cref="PbsException">remote.cfg or the access configuration cannot be read.</exception>
    public IEnumerable<RemoteInfo> List(IReadOnlyList<NameFilter> names, Action<ListingProblem> onProblem)
    {
        JobGrant grant = JobGate.Enter(_scope.Connection);
        ConfigurationRoot root = grant.Configuration;
        SectionConfig config =
            SectionConfig.Read(
                RemoteSchema.File,
                ConfigurationReader.Read(root, root.PathOf(RemoteSchema.File.FileName)));
        return Listed();

        IEnumerable<RemoteInfo> Listed()
        {
            foreach (string unknown in grant.IsAuditor ? config.Unknown : [])
            {
                onProblem(new ListingProblem(
                    PbsErrorId.ConfigurationInvalid,
                    unknown,
                    root.Path,
                    ListingProblemKind.Warning));
            }

            HashSet<NameFilter> unmet = [.. names.Where(filter => filter.IsLiteral)];
            foreach (ConfigSection remote in config.Sections.OrderBy(section => section.Id, StringComparer.Ordinal))
            {
                if (!grant.MaySeeRemote(remote.Id)) continue;
                if (names.Count > 0 && !names.Any(filter => filter.Matches(remote.Id))) continue;
                unmet.RemoveWhere(filter => filter.Matches(remote.Id));
                yield return new RemoteInfo(remote);
            }

            foreach (NameFilter filter in names.Where(unmet.Contains))
            {
                string message = $"no such remote '{filter}'";
                onProblem(new ListingProblem(
                    PbsErrorId.RemoteNotFound,
                    message,
                    filter.Text,
                    ListingProblemKind.Error,
                    new PbsNotFoundException(PbsErrorId.RemoteNotFound, message, filter.Text)));
            }
        }
    }
}
