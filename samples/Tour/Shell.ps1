<#
.SYNOPSIS
Imports the module and connects it to the sample server.
#>
param(
    # The manifest of the module.
    [Parameter(Mandatory)]
    [string] $Module,

    # The folder with the sample datastore and the configuration of its server.
    [Parameter(Mandatory)]
    [string] $Root
)

Import-Module $Module
Set-Location $Root
$null = Connect-PbsServer etc -StateRoot lib -LogRoot log -RunRoot run
Write-Host 'The module is imported, and the datastore "sample" is connected.'
Write-Host 'Try: Get-PbsSnapshot sample -Recurse, or: cd Pbs:/sample; dir'
