Describe 'Remove-PbsGroup' {
    BeforeAll { . $PSScriptRoot/TestSupport.ps1 }
    BeforeEach { $server = Connect-TestServer }
    AfterAll { Disconnect-PbsServer }

    It 'removes a group with everything in it' {
        Remove-PbsGroup ds1 vm/100 -Confirm:$false | Should -BeNullOrEmpty
        Join-Path $server.Store vm/100 | Should -Not -Exist
        @(Get-PbsGroup ds1 -BackupType vm).Count | Should -Be 0
    }

    It 'takes groups, texts and rows' {
        Get-PbsGroup ds1 vm/100 | Remove-PbsGroup -Confirm:$false
        'ct/101' | Remove-PbsGroup -Datastore ds1 -Confirm:$false
        Get-PbsGroup ds1 -Namespace a | ConvertTo-Csv | ConvertFrom-Csv | Remove-PbsGroup -Confirm:$false
        Remove-PbsGroup ds1 ns/a/ns/b/vm/200 -Confirm:$false
        Remove-PbsGroup ds1 ct/101 -Namespace a/b -Confirm:$false
        @(Get-PbsGroup ds1 -Namespace a -Recurse).Count | Should -Be 0
        @(Get-PbsGroup ds1 -BackupType vm, ct).Count | Should -Be 0
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'a snapshot'; Other = { Get-PbsSnapshot ds1 host/alpha } }
        @{ What = 'a row of a snapshot'; Other = { Get-PbsSnapshot ds1 host/alpha | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ What = 'a namespace'; Other = { Get-PbsNamespace ds1 a } }
        @{ What = 'a note of a group'; Other = { Get-PbsNote ds1 host/alpha } }
        @{ What = 'a row of a plan'; Other = { Get-PbsPrunePlan ds1 host/alpha -KeepLast 1 } }
        @{ What = 'a row of a plan out of CSV'; Other = { Get-PbsPrunePlan ds1 host/alpha -KeepLast 1 | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ What = 'a file'; Other = { Get-PbsSnapshotFile ds1 -Snapshot host/alpha/2024-10-27T01:30:00Z } }
    ) {
        $before = Get-Fingerprint $server.Store
        { & $Other | Remove-PbsGroup -Confirm:$false -ErrorAction Stop } | Should -Throw
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'removes a group with protected snapshots in part' {
        { Remove-PbsGroup ds1 host/alpha -Confirm:$false -ErrorAction Stop } | Should -Throw 'group only partially deleted due to protected snapshots' -ErrorId 'GroupProtected,*'
        "$(Get-PbsSnapshot ds1 host/alpha)" | Should -Be 'host/alpha/2023-03-26T00:30:00Z'
        (Get-PbsGroup ds1 host/alpha).Owner | Should -Be backup@pbs
    }

    It 'changes nothing with -WhatIf, and lists every snapshot' {
        $before = Get-Fingerprint $server.Store
        $lines = pwsh -NoProfile -NonInteractive -Command "Import-Module '$env:PBS_TEST_MODULE'; `$null = Connect-PbsServer '$($server.Config)' -RunRoot '$($server.Run)'; Remove-PbsGroup ds1 host/alpha -WhatIf"
        @($lines).Count | Should -Be 5
        $lines[0] | Should -Match '4 snapshots, keep 1 that are protected'
        "$lines" | Should -Not -Match 'host/alpha/2023-03-26'
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'asks before it removes' {
        ((Get-Command Remove-PbsGroup).ImplementingType.GetCustomAttributes($true) | Where-Object { $_ -is [System.Management.Automation.CmdletAttribute] }).ConfirmImpact | Should -Be High
    }

    It 'reports what is not there, and refuses who may not' {
        Remove-PbsGroup ds1 vm/999, vm/100 -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -Be 'GroupNotFound,PbsModule.Commands.RemovePbsGroupCommand'
        Join-Path $server.Store vm/100 | Should -Not -Exist
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId backup@pbs
        { Remove-PbsGroup ds1 ct/101 -Confirm:$false -ErrorAction Stop } | Should -Throw 'permission check failed - missing Datastore.Modify|Datastore.Prune on /datastore/ds1'
    }

    It 'stops with the pipeline, and what is left is whole or unfinished' {
        $group = New-Item -ItemType Directory (Join-Path $server.Store host/many)
        Copy-Item (Join-Path $server.Store host/alpha/owner) $group
        foreach ($number in 0..1999) {
            $snapshot = New-Item -ItemType Directory (Join-Path $group ([datetimeoffset]::FromUnixTimeSeconds(1700000000 + 60 * $number).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")))
            foreach ($name in 'index.json.blob', 'a.blob', 'b.blob') { $null = [System.IO.File]::Create((Join-Path $snapshot $name)).Dispose() }
        }
        $connect = "`$null = Connect-PbsServer '$($server.Config)' -RunRoot '$($server.Run)'"
        Measure-Stop "$connect; 'begins'; Remove-PbsGroup ds1 host/many -Confirm:`$false; Start-Sleep 60" -After 1 | Should -BeLessThan 10
        foreach ($manifest in Get-ChildItem $group -Recurse -Filter index.json.blob -ErrorAction Ignore) { @(Get-ChildItem $manifest.Directory).Count | Should -Be 3 }
        if (Test-Path $group) {
            Join-Path $group owner | Should -Exist
            Remove-PbsGroup ds1 host/many -Confirm:$false
        }
        $group | Should -Not -Exist
        Get-ChildItem (Join-Path $server.Run locks) -Recurse -File -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'completes' {
        (Get-Completion 'Remove-PbsGroup ds1 host/al').CompletionText | Should -Be 'host/alpha'
    }
}
