using PbsModule.Bench.Harness;
using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Access.Users;
using PbsModule.Core.Configuration;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures access control in a tree of 100,000 lines: loading it, and computing a token's privileges on a path of nine
/// components, from the texts of path and token, without a cache of results.
/// </summary>
internal sealed class AclScenario : IScenario
{
    private const string FileName = "/etc/proxmox-backup/acl.cfg";

    public string Name => "acl";

    public string Summary => "privileges of a token in an access control tree of 100,000 lines";

    public IEnumerable<Result> Run(BenchContext context)
    {
        var file = new AclFile(context.Quick ? 20_000 : 100_000);
        byte[] content = file.Content;
        var control = new AccessControl(Load(content), UserRegistry.Parse(ConfigurationText.Missing("user.cfg")), TimeProvider.System);
        Authid[] tokens = [.. Enumerable.Range(0, AclFile.QueryCount).Select(AclFile.Token)];
        string[] paths = [.. Enumerable.Range(0, AclFile.QueryCount).Select(query => AclFile.Path(query))];

        double seconds = context.Run(new Contender("evaluate", () => Evaluate(control, tokens, paths))).Seconds(0) / AclFile.QueryCount;
        yield return Result.Figure($"acl: token, 9 components, {Units.Count(file.Lines)} lines", Units.Seconds(seconds), seconds * 1e6, Target.AtMost(5, " µs"));
        yield return Result.Note("acl: allocated an evaluation", Units.Bytes(Allocated(() => Evaluate(control, tokens, paths)) / AclFile.QueryCount));

        double load = file.Lines / context.Run(new Contender("load", () => Load(content))).Seconds(0);
        yield return Result.Figure("acl: load, lines/s", Units.Count(load), load, Target.AtLeast(100_000));
    }

    private static AclTree Load(byte[] content) => AclTree.Parse(ConfigurationText.Decode(FileName, content));

    private static void Evaluate(AccessControl control, Authid[] tokens, string[] paths)
    {
        int granted = 0;
        for (int i = 0; i < paths.Length; i++)
        {
            if (control.Lookup(tokens[i], AclPath.Parse(paths[i])).Granted != Privileges.None) granted++;
        }

        if (granted < paths.Length / 2) throw new InvalidDataException("most tokens may do nothing");
    }

    private static double Allocated(Action work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
