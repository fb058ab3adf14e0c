<#
.SYNOPSIS
Shows what the cmdlets do on the sample server: every command as a user types it, and what it writes.
#>
param(
    # The manifest of the module.
    [Parameter(Mandatory)]
    [string] $Module,

    # The folder with the sample datastore and the configuration of its server.
    [Parameter(Mandatory)]
    [string] $Root
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module $Module
Set-Location $Root
$width = 120
if ([Console]::IsOutputRedirected) { $PSStyle.OutputRendering = 'PlainText' }
else { $width = $Host.UI.RawUI.BufferSize.Width }

# Shows a command behind a prompt, then runs it. Dot-sourced, so that a variable it sets is there for the next one.
function Show-Command {
    param([string] $Line)
    # As in a session, an error is reported and the next command runs.
    $ErrorActionPreference = 'Continue'
    Write-Host "PS> $Line" -ForegroundColor Yellow
    Write-Host (. ([scriptblock]::Create($Line)) | Out-String -Width $width).TrimEnd()
    Write-Host
}

function Show-Title {
    param([string] $Text)
    Write-Host "$($PSStyle.Bold)$Text$($PSStyle.BoldOff)`n"
}

# Flips the last bit of a chunk that several snapshots of a backup use.
function Set-DamagedChunk {
    param([string] $BackupId)
    $shared = Get-ChildItem ds1/.chunks -Recurse -File | Where-Object {
        @(Find-PbsChunkReference sample $_.Name | Where-Object BackupId -eq $BackupId).Count -gt 1
    } | Select-Object -First 1
    $bytes = [System.IO.File]::ReadAllBytes($shared)
    $bytes[-1] = $bytes[-1] -bxor 1
    [System.IO.File]::WriteAllBytes($shared, $bytes)
}

Show-Title 'A server and its datastore, which a real Proxmox Backup Server wrote'
. Show-Command 'Connect-PbsServer etc -StateRoot lib -LogRoot log -RunRoot run'
. Show-Command 'Get-PbsDatastoreStatus sample'
. Show-Command 'Get-PbsSnapshot sample -Recurse -Latest 1'

Show-Title 'Which snapshots would a prune keep, and why?'
. Show-Command 'Get-PbsPrunePlan sample -BackupType host -BackupId alpha -KeepLast 1 -KeepYearly 2'

Show-Title 'Which backup has which version of a file? Restore it.'
. Show-Command 'Find-PbsFile sample host/alpha -Name text.log -Version'
. Show-Command 'Expand-PbsArchive sample host/alpha/2024-10-27T01:30:00Z /data restored -Archive root.pxar'
. Show-Command 'Get-ChildItem restored -Recurse -File | Select-Object -First 5 | Format-Table Mode, Length, Name'

Show-Title 'What may Alice do here, and which rule says so?'
. Show-Command 'Get-PbsPermission -AuthId alice@pbs -AclPath /datastore/sample, /datastore/sample/a'

Show-Title 'One bit of one chunk flips. Which backups are hurt?'
Set-DamagedChunk alpha
. Show-Command 'Start-PbsVerify sample host/alpha -OutVariable results'
. Show-Command '$results.Errors | Where-Object Digest | Select-Object -First 1 | Find-PbsChunkReference sample'
. Show-Command 'Get-PbsSnapshot sample -Recurse -VerifyState Failed'
