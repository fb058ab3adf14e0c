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
$null = Connect-PbsServer (Join-Path $Root etc) -StateRoot (Join-Path $Root lib) -LogRoot (Join-Path $Root log) -RunRoot (Join-Path $Root run)
Set-Location $Root
Write-Host 'The module is imported, and the datastore "sample" is connected. Try: Get-PbsSnapshot sample -Recurse, or: cd Pbs:/sample; dir'
