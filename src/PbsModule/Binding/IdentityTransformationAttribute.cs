using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Core.Errors;

namespace PbsModule.Binding;

/// <summary>
/// Accepts objects and texts of one kind from the pipeline; refuses everything else, so that it can bind to other
/// parameters.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class IdentityTransformationAttribute : ArgumentTransformationAttribute
{
    private const string PatternsElsewhere =
        ". Wildcards are for parameters that take names, with the parameter in front: -BackupId, -FileName, -Name";

    /// <summary>Describes the form of such a text, as the end of an error message.</summary>
    private protected abstract string Form { get; }

    public sealed override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Convert(inputData, value =>
        {
            try
            {
                return Recognise(value) ?? throw ArgumentValues.Refuse($"'{value}' is not what is meant here: {Form}");
            }
            catch (PbsArgumentException error)
            {
                bool isPattern = value is string text && WildcardPattern.ContainsWildcardCharacters(text);
                throw ArgumentValues.Refuse($"{error.Message}: {Form}{(isPattern ? PatternsElsewhere : "")}");
            }
        });

    /// <summary>Converts a value; returns null for a value of another kind.</summary>
    /// <exception cref="PbsArgumentException">The text is not a valid identity.</exception>
    private protected abstract object? Recognise(object? value);
}
