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
        Remove-Item -Recurse (Join-Path $server.Store host/alpha/not-a-snapshot), (Join-Path $server.Store host/alpha/stray-file)
        { Remove-PbsGroup ds1 host/alpha -Confirm:$false -ErrorAction Stop } | Should -Throw 'group only partially deleted due to protected snapshots' -ErrorId 'GroupProtected,*'
        "$(Get-PbsSnapshot ds1 host/alpha)" | Should -Be 'host/alpha/2023-03-26T00:30:00Z'
        (Get-PbsGroup ds1 host/alpha).Owner | Should -Be backup@pbs
    }

    It 'removes nothing of a group that holds <What>, and names it' -ForEach @(
        @{ What = 'a folder of an administrator'; Name = 'rescued'; Make = { New-Item -ItemType Directory (Join-Path $args[0] rescued) } }
        @{ What = 'a file'; Name = 'notes.bak'; Make = { New-Item (Join-Path $args[0] notes.bak) } }
        @{ What = 'a backup at a time that is none'; Name = '2023-02-30T00:00:00Z'; Make = { Copy-Item -Recurse (Join-Path $args[0] 2024-05-05T00:00:02Z) (Join-Path $args[0] 2023-02-30T00:00:00Z) } }
        @{ What = 'a backup whose name a copy has changed'; Name = '2024-05-05T00_00_02Z'; Make = { Copy-Item -Recurse (Join-Path $args[0] 2024-05-05T00:00:02Z) (Join-Path $args[0] 2024-05-05T00_00_02Z) } }
        @{ What = 'a link'; Name = 'link'; Make = { New-Item -ItemType SymbolicLink (Join-Path $args[0] link) -Target $args[0] } }
        @{ What = 'a folder in a snapshot'; Name = '@eaDir'; Make = { New-Item -ItemType Directory (Join-Path $args[0] 2024-05-05T00:00:02Z/@eaDir) } }
    ) {
        $null = & $Make (Join-Path $server.Store vm/100)
        $before = Get-Fingerprint $server.Store
        foreach ($risk in @{ WhatIf = $true }, @{ Confirm = $false }) {
            { Remove-PbsGroup ds1 vm/100 @risk -ErrorAction Stop } | Should -Throw "*$Name*" -ErrorId 'ForeignContent,*'
        }
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'removes what an interrupted change has left, and says so' {
        $null = New-Item (Join-Path $server.Store vm/100/notes.tmp_aB3xY9)
        $lines = pwsh -NoProfile -NonInteractive -Command "Import-Module '$env:PBS_TEST_MODULE'; `$null = Connect-PbsServer '$($server.Config)' -RunRoot '$($server.Run)'; Remove-PbsGroup ds1 vm/100 -WhatIf"
        $lines[0] | Should -BeLike '*vm/100 in ds1: 2 snapshots, 1 left-over temporary files and the group*'
        $lines[-1] | Should -BeLike '*"Remove temporary file" on target "vm/100/notes.tmp_aB3xY9 in ds1"*'
        Remove-PbsGroup ds1 vm/100 -Confirm:$false
        Join-Path $server.Store vm/100 | Should -Not -Exist
    }

    It 'changes nothing with -WhatIf, and lists every snapshot' {
        Remove-Item -Recurse (Join-Path $server.Store host/alpha/not-a-snapshot), (Join-Path $server.Store host/alpha/stray-file)
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
            $time = [datetimeoffset]::FromUnixTimeSeconds(1700000000 + 60 * $number).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")
            $snapshot = [System.IO.Directory]::CreateDirectory("$group/$time").FullName
            foreach ($name in 'index.json.blob', 'a.blob', 'b.blob') {
                [System.IO.File]::Create("$snapshot/$name").Dispose()
            }
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
