using System.Management.Automation;

namespace PbsModule.Binding;

/// <summary>Converts text as Export-Csv writes it to true or false. PowerShell itself refuses such text.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class FlagTransformationAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Unwrap(inputData) switch
        {
            string text when bool.TryParse(text, out bool flag) => flag,
            string text when string.IsNullOrWhiteSpace(text) => null,
            "0" => false,
            "1" => true,
            var other => other,
        };
}
