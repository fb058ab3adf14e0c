using System.Management.Automation;
using System.Reflection;
using PbsModule.Cmdlets;
using PbsModule.Core.Tasks;
using PbsModule.Presentation;

namespace PbsModule.Core.Tests;

/// <summary>What tasks and cmdlets tell reaches every stream without anything that a terminal would obey.</summary>
public sealed class TaskPresenterTests
{
    private const string Evil = "a\u001b[31mb\u009b2Jc\u202ed";
    private const string Shown = "a␛[31mb\\u009b2Jc\\u202ed";

    [Fact]
    public void Every_message_of_a_task_is_plain_text_on_its_stream()
    {
        var streams = new KeptStreams();
        var presenter = new TaskPresenter(streams);
        presenter.Take(new TaskMessageEvent(default, TaskLogLevel.Information, Evil, null));
        presenter.Take(new TaskMessageEvent(default, TaskLogLevel.Warning, Evil, null));
        presenter.Take(new TaskItemEvent(Evil));
        presenter.Take(new TaskProgressEvent(new TaskProgress(Evil, Evil, 1, 2)));
        Assert.Equal(["verbose " + Shown, "warning " + Shown, "result " + Evil, "progress"], streams.All);
    }

    [Fact]
    public void Progress_is_plain_text()
    {
        Assert.Equal(
            $"{Shown}: 1 B of 2 B", TaskProgressText.Status(new TaskProgress(Evil, Evil, 1, 2), TimeSpan.Zero));
    }

    [Fact]
    public void No_text_of_the_module_reaches_a_stream_past_what_makes_it_plain()
    {
        string[] streams =
        [
            nameof(Cmdlet.WriteWarning), nameof(Cmdlet.WriteVerbose), nameof(Cmdlet.WriteDebug),
            nameof(Cmdlet.WriteProgress),
            nameof(Cmdlet.ShouldProcess), nameof(Cmdlet.ShouldContinue),
        ];
        (Type From, MethodBase Called)[] calls =
            [.. TypeUses.Calls(typeof(PbsCmdlet).Assembly).Where(call => streams.Contains(call.Called.Name))];
        Assert.Contains(calls, call => call.Called.DeclaringType == typeof(Cmdlet));
        Assert.DoesNotContain(
            calls, call => call.Called.DeclaringType == typeof(Cmdlet) && call.From != typeof(PbsCmdlet));
    }

    private sealed class KeptStreams : ITaskStreams
    {
        public List<string> All { get; } = [];

        public void WriteResult(object item) => All.Add($"result {item}");

        public void WriteError(ErrorRecord error) => All.Add("error");

        public void WriteWarning(string text) => All.Add($"warning {text}");

        public void WriteVerbose(string text) => All.Add($"verbose {text}");

        public void WriteProgress(TaskProgress progress) => All.Add("progress");
    }
}
