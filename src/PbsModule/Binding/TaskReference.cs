using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.WorkerTasks;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Binding;

/// <summary>The value of <c>-Upid</c>: a UPID or a task.</summary>
public sealed class TaskReference
{
    /// <exception cref="PbsArgumentException"><c>unable to parse UPID '…'</c></exception>
    public TaskReference(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Id = Upid.Parse(text);
    }

    internal TaskReference(TaskInfo task)
    {
        ArgumentNullException.ThrowIfNull(task);
        Id = task.Id;
        Connection = task.Connection;
    }

    internal Upid Id { get; }

    /// <summary>The connection through which the task was found; null for a text.</summary>
    internal Connection? Connection { get; }

    public override string ToString() => Id.ToString();
}

/// <inheritdoc/>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class TaskTransformationAttribute : IdentityTransformationAttribute
{
    private protected override string Form =>
        "a task reads like UPID:host:00001A2B:0039E469:00000000:5CA78B83:verify:store1:root@pam:";

    private protected override object? Recognise(object? value) => value switch
    {
        TaskReference => value,
        TaskInfo task => new TaskReference(task),
        string text => new TaskReference(text),
        _ => null,
    };
}
