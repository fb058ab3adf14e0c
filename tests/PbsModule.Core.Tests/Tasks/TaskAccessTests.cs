using System.Text.Json;
using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>Who may see a task, against the real server's answers (golden tasks/access.json, tasks/lists.json).</summary>
public class TaskAccessTests
{
    private static readonly AccessControl Control = new AccessConfiguration(new ConfigurationRoot(Corpus.PathOf("tasks"))).Load();

    [Fact]
    public void Tasks_are_shown_to_whom_PBS_shows_them()
    {
        int shown = 0, refused = 0;
        foreach (JsonProperty user in Corpus.Json("tasks/access.json").RootElement.EnumerateObject())
        {
            Authid caller = Authid.Parse(user.Name);
            foreach (JsonProperty task in user.Value.EnumerateObject())
            {
                bool expected = task.Value.GetString() == "ok";
                Upid upid = Upid.Parse(task.Name);
                Assert.True(expected == TaskAccess.MaySee(upid, caller, p => Holds(caller, p)), $"{caller} {upid}");
                if (expected) TaskAccess.DemandSight(upid, caller, p => Holds(caller, p));
                else Assert.Equal(task.Value.GetString(), Assert.Throws<PbsPermissionException>(() => TaskAccess.DemandSight(upid, caller, p => Holds(caller, p))).Message);
                _ = expected ? shown++ : refused++;
                Conformance.Agrees(Conformance.Tasks, $"{caller} and {upid}");
            }
        }

        Assert.True(shown > 30 && refused > 100);
    }

    [Fact]
    public void Lists_leave_out_what_may_not_be_seen()
    {
        using TaskTree tree = TaskTree.Packed("tasks");
        foreach (JsonElement list in Corpus.Json("tasks/lists.json").RootElement.GetProperty("lists").EnumerateArray())
        {
            if (list.TryGetProperty("error", out _)) continue;
            Authid caller = Authid.Parse(list.GetProperty("auth").GetString()!);
            IEnumerable<TaskListEntry> found = TaskListTests.FilterOf(list.GetProperty("params"))
                .Apply(TaskListTests.Read(tree, TaskDamage.AsServer, out _), upid => TaskAccess.MaySee(upid, caller, p => Holds(caller, p)));
            Assert.Equal(TaskListTests.Upids(list), found.Select(t => t.Upid.ToString()));
            Conformance.Agrees(Conformance.Tasks, $"list of {caller}, {list.GetProperty("params")}");
        }
    }

    [Theory]
    [InlineData("alice@pbs", "alice@pbs", true)]
    [InlineData("alice@pbs!t1", "alice@pbs", false)]
    [InlineData("alice@pbs", "alice@pbs!t1", false)]
    [InlineData("alice@pbs!t1", "alice@pbs!t1", true)]
    [InlineData("alice@pbs", "root@pam", true)]
    [InlineData("alice@pbs", "auditor@pbs", false)]
    public void Tasks_are_stopped_by_who_started_them(string owner, string caller, bool allowed)
    {
        var upid = new Upid("n", 1, 1, 0, 1, "verify", "main", owner);
        Authid who = Authid.Parse(caller);
        Assert.Equal(allowed, TaskAccess.MayStop(upid, who, p => Holds(who, p)));
    }

    private static bool Holds(Authid caller, TaskPrivilege needed) =>
        Control.IsAllowed(caller, AclPath.Of([.. needed.Path]), PrivilegeName.Parse(needed.Privilege));
}
