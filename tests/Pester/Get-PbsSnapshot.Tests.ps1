Describe 'Get-PbsSnapshot' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
        $null = Connect-PbsServer $config
        function Get-Text { process { "$_" } }
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists the root namespace in PBS''s order' {
        $all = Get-PbsSnapshot ds1 -WarningAction SilentlyContinue | Get-Text
        $all.Count | Should -Be 22
        $all[0], $all[3], $all[21] | Should -Be 'ct/101/2024-02-28T22:15:00Z', 'host/alpha/2022-11-05T10:00:00Z', 'vm/100/2024-05-12T00:00:02Z'
    }

    It 'is the object scripts rely on' {
        $snapshot = Get-PbsSnapshot ds1 ct/101/2024-03-01T22:15:00Z
        $snapshot | Should -BeOfType PbsModule.Core.Features.Listing.SnapshotInfo
        $snapshot.Datastore, $snapshot.Namespace, $snapshot.BackupType, $snapshot.BackupId | Should -Be 'ds1', '', 'ct', '101'
        $snapshot.BackupTime | Should -BeOfType PbsModule.Times.UtcTime
        $snapshot.BackupTime.ToUnixTimeSeconds() | Should -Be 1709331300
        $snapshot.BackupTime.Offset | Should -Be ([timespan]::Zero)
        $snapshot.Comment | Should -Be 'ct101'
        $snapshot.Size | Should -Be 172186
        $snapshot.Owner | Should -Be 'admin@pbs!t1'
        $snapshot.Protected, $snapshot.Finished | Should -Be $false, $true
        $snapshot.VerifyState | Should -Be 'Ok'
        $snapshot.Files.FileName | Should -Be 'pct.conf.blob', 'root.pxar.didx', 'catalog.pcat1.didx', 'index.json.blob'
        $snapshot.Files[0].Size, $snapshot.Files[0].CryptMode | Should -Be 105, 'None'
        ($snapshot | Get-Member -MemberType Properties).Name | Should -Not -Contain 'Store'
    }

    It 'filters' {
        Get-PbsSnapshot ds1 -Protected | Get-Text | Should -Be 'host/alpha/2023-03-26T00:30:00Z'
        @(Get-PbsSnapshot ds1 -BackupId alpha -Protected:$false).Count | Should -Be 4
        Get-PbsSnapshot ds1 -VerifyState Ok | Get-Text | Should -Be 'ct/101/2024-03-01T22:15:00Z', 'vm/100/2024-05-12T00:00:02Z'
        @(Get-PbsSnapshot ds1 -VerifyState Failed -WarningAction SilentlyContinue).BackupId | Select-Object -Unique | Should -Be 'legacy'
        @(Get-PbsSnapshot ds1 -Encrypted).BackupId | Should -Be 'enc', 'enc'
        @(Get-PbsSnapshot ds1 -Owner admin*).Count | Should -Be 3
        @(Get-PbsSnapshot ds1 -Comment ct*, first*).Count | Should -Be 4
        @(Get-PbsSnapshot ds1 -BackupType vm, ct -BackupId 10*).Count | Should -Be 5
        @(Get-PbsSnapshot ds1 -Namespace a -Recurse).Count | Should -Be 4
        @(Get-PbsSnapshot ds1 -Recurse -WarningAction SilentlyContinue).Count | Should -Be 26
    }

    It 'takes the newest of each group' {
        Get-PbsSnapshot ds1 -BackupId 1* -Latest 1 | Get-Text | Should -Be 'ct/101/2024-03-01T22:15:00Z', 'vm/100/2024-05-12T00:00:02Z'
        @(Get-PbsSnapshot ds1 -BackupId alpha -Latest 2).Count | Should -Be 2
        $times = '2024-10-27T01:30:00Z', '2024-06-01T12:00:00Z'
        Get-PbsSnapshot ds1 -BackupTime $times | Get-Text | Should -Be 'host/alpha/2024-06-01T12:00:00Z', 'host/alpha/2024-10-27T01:30:00Z'
        Get-PbsSnapshot ds1 -BackupTime $times -Latest 1 | Get-Text | Should -Be 'host/alpha/2024-10-27T01:30:00Z'
        Get-PbsSnapshot ds1 -BackupType host -BackupId alpha -BackupTime $times -Latest 1 | Get-Text | Should -Be 'host/alpha/2024-10-27T01:30:00Z'
    }

    It 'does not take a backup that did not end for the newest one' {
        # Only the second of four is finished.
        $all = @(Get-PbsSnapshot ds1 host/partial)
        $all[-1].Finished | Should -BeFalse
        foreach ($latest in (Get-PbsSnapshot ds1 host/partial -Latest 1), (Get-PbsGroup ds1 host/partial | Get-PbsSnapshot -Latest 1), ($all | Get-PbsSnapshot -Latest 1), (Get-PbsSnapshot ds1 -BackupId partial -Latest 1 -Protected:$false)) {
            "$latest" | Should -Be "$($all | Where-Object Finished | Select-Object -Last 1)"
        }
        Get-PbsSnapshot ds1 host/partial -Unfinished | Get-Text | Should -Be ($all | Where-Object Finished -EQ $false | Get-Text)
        "$(Get-PbsSnapshot ds1 host/partial -Latest 1 -Unfinished)" | Should -Be "$($all[-1])"
        @(Get-PbsSnapshot ds1 host/partial -Unfinished:$false).Finished | Select-Object -Unique | Should -BeTrue
    }

    It 'completes in a datastore named relative to the current location' {
        Push-Location (Split-Path $Store)
        try {
            $relative = "./$(Split-Path $Store -Leaf)"
            (Get-Completion "Get-PbsSnapshot $relative -Group host/al").CompletionText | Should -Be 'host/alpha'
            (Get-Completion "Get-PbsSnapshot `$relative -Group host/al").CompletionText | Should -Be 'host/alpha'
            (Get-Completion "Get-PbsGroup $relative -Namespace ").CompletionText | Should -Contain 'a/b'
        }
        finally { Pop-Location }
    }

    It 'filters what is named or piped as what is listed' {
        Get-PbsSnapshot ds1 host/alpha | Get-PbsSnapshot -Until 2023-01-01 | Get-Text | Should -Be 'host/alpha/2022-11-05T10:00:00Z'
        Get-PbsSnapshot ds1 host/alpha | Get-PbsSnapshot -Since 2024-10-01 | Get-Text | Should -Be 'host/alpha/2024-10-27T01:30:00Z'
        Get-PbsSnapshot ds1 vm/100 | Get-PbsSnapshot -Owner backup@pbs | Should -BeNullOrEmpty
        @(Get-PbsSnapshot ds1 -Recurse -WarningAction SilentlyContinue | Where-Object Finished | Get-PbsSnapshot -Latest 1).Count | Should -Be 11
        Get-PbsSnapshot ds1 host/alpha | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsSnapshot -Latest 2 | Get-Text |
            Should -Be 'host/alpha/2024-06-01T12:00:00Z', 'host/alpha/2024-10-27T01:30:00Z'
        Get-PbsSnapshot ds1 -Snapshot host/alpha/2024-10-27T01:30:00Z, host/alpha/2024-06-01T12:00:00Z -Latest 1 | Get-Text | Should -Be 'host/alpha/2024-10-27T01:30:00Z'
    }

    It 'takes times as objects, DateTime, DateTimeOffset, RFC 3339 and Unix seconds' {
        $expected = 'host/alpha/2024-06-01T12:00:00Z', 'host/alpha/2024-10-27T01:30:00Z'
        $time = [datetimeoffset]'2024-06-01T12:00:00Z'
        foreach ($form in $time, $time.UtcDateTime, $time.LocalDateTime, '2024-06-01T12:00:00Z', '2024-06-01T14:00:00+02:00', 1717243200, '1717243200', (Get-PbsSnapshot ds1 host/alpha/2024-06-01T12:00:00Z).BackupTime) {
            Get-PbsSnapshot ds1 -BackupId alpha -Since $form | Get-Text | Should -Be $expected
        }
        Get-PbsSnapshot ds1 -BackupId alpha -Until '2023-01-01T00:00:00Z' | Get-Text | Should -Be 'host/alpha/2022-11-05T10:00:00Z'
        # Since takes the bound, Until leaves it; the names of older versions mean the same.
        Get-PbsSnapshot ds1 -BackupId alpha -Until $time | Get-Text | Should -Not -Contain 'host/alpha/2024-06-01T12:00:00Z'
        Get-PbsSnapshot ds1 -BackupId alpha -Before $time | Get-Text | Should -Be (Get-PbsSnapshot ds1 -BackupId alpha -Until $time | Get-Text)
        Get-PbsSnapshot ds1 -BackupId alpha -After $time | Get-Text | Should -Be $expected
        { Get-PbsSnapshot ds1 -Since yesterday } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
    }

    It 'takes identity texts: what an object spells' {
        $text = "$(Get-PbsSnapshot ds1 -Namespace a/b -BackupId 200)"
        $text | Should -Be 'ns/a/ns/b/vm/200/2024-07-03T00:00:00Z'
        "$(Get-PbsSnapshot ds1 -Snapshot $text)" | Should -Be $text
        "$(Get-PbsSnapshot ds1 -Namespace a/b -Snapshot vm/200/2024-07-03T00:00:00Z)" | Should -Be $text
        "$($text | Get-PbsSnapshot)" | Should -Be $text
        Get-PbsSnapshot ds1 vm/100 | Get-Text | Should -Be 'vm/100/2024-05-05T00:00:02Z', 'vm/100/2024-05-12T00:00:02Z'
        "$('vm/100' | Get-PbsSnapshot -Datastore ds1 -Latest 1)" | Should -Be 'vm/100/2024-05-12T00:00:02Z'
    }

    It 'takes datastores, namespaces, groups and snapshots from the pipeline' {
        @(Get-PbsDatastore ds1 | Get-PbsSnapshot -WarningAction SilentlyContinue).Count | Should -Be 22
        @(Get-PbsNamespace ds1 -Recurse | Get-PbsSnapshot -WarningAction SilentlyContinue).Count | Should -Be 26
        @(Get-PbsGroup ds1 -Recurse | Get-PbsSnapshot -Latest 1 -WarningAction SilentlyContinue).Count | Should -Be 11
        { Get-PbsGroup ds1 vm/100 | Get-PbsSnapshot -Datastore $Corrupt -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreMismatch,*'
        Get-PbsSnapshot ds1 -BackupType vm | Get-PbsSnapshot | Get-Text | Should -Be 'vm/100/2024-05-05T00:00:02Z', 'vm/100/2024-05-12T00:00:02Z'
    }

    It 'round-trips through CSV and JSON' {
        $csv = Join-Path $TestDrive snapshots.csv
        $all = Get-PbsSnapshot ds1 -Recurse -WarningAction SilentlyContinue
        $all | Export-Csv $csv
        Import-Csv $csv | Get-PbsSnapshot -WarningAction SilentlyContinue | Get-Text | Should -Be ($all | Get-Text)
        (Import-Csv $csv)[0].Files | Should -Be 'pct.conf.blob, root.pxar.didx, catalog.pcat1.didx, index.json.blob'
        $json = $all[0] | ConvertTo-Json -Depth 4 -EnumsAsStrings | ConvertFrom-Json
        $json.Files[1].FileName, $json.Files[1].CryptMode | Should -Be 'root.pxar.didx', 'None'
        $json | Get-PbsSnapshot | Get-Text | Should -Be "$($all[0])"
    }

    It 'finds what Export-Csv wrote in <_>' -ForEach 'de-AT', 'en-US', 'en-GB', 'ja-JP', 'fa-IR', 'th-TH' {
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = $_
            $all = Get-PbsSnapshot ds1 -BackupType ct, vm
            $all | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsSnapshot | Get-Text | Should -Be ($all | Get-Text)
        }
        finally { [cultureinfo]::CurrentCulture = $before }
    }

    It 'shows each snapshot once, however namespaces overlap' {
        foreach ($case in @{ Namespace = 'a', 'a/b'; Depth = 1 }, @{ Namespace = 'a/b', 'a'; Recurse = $true }, @{ Namespace = 'a', 'a' , 'a*' }) {
            Get-PbsSnapshot ds1 @case | Get-Text | Sort-Object | Should -Be (Get-PbsSnapshot ds1 -Namespace a -Recurse | Get-Text | Sort-Object)
        }
        foreach ($case in @{ Depth = 1 }, @{ Recurse = $true; Depth = 1 }, @{ Recurse = $true }, @{}) {
            @(Get-PbsSnapshot ds1 -Namespace '*' @case -WarningAction SilentlyContinue).Count | Should -Be 26
        }
        (Get-PbsNamespace ds1 -Namespace '', a).Namespace | Should -Be '', 'a', 'empty-ns', 'a/b'
        (Get-PbsNamespace ds1 -Namespace '*' -Depth 1).Namespace | Sort-Object | Should -Be '', 'a', 'a/b', 'empty-ns'
        $failed = $null
        (Get-PbsNamespace ds1 -Namespace a, a/nope, a/b -Depth 1 -ErrorAction SilentlyContinue -ErrorVariable failed).Namespace | Should -Be 'a', 'a/b'
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'NamespaceNotFound,*'
        @(Get-PbsGroup ds1 -BackupType vm -BackupId 100, 100).Count | Should -Be 1
    }

    It 'reads times, and shows them, the same in <_>' -ForEach 'de-AT', 'tr-TR', 'fa-IR', 'th-TH', 'en-US' {
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = $_
            $snapshot = Get-PbsSnapshot ds1 vm/100/2024-05-12T00:00:02Z
            Get-PbsSnapshot ds1 -BackupType vm -Since "$($snapshot.BackupTime)" | Get-Text | Should -Be "$snapshot"
            $snapshot | Out-String | Should -BeLike '*2024-05-12T00:00:02Z*'
            Get-PbsGroup ds1 vm/100 | Out-String | Should -BeLike '*2024-05-12T00:00:02Z*'
        }
        finally { [cultureinfo]::CurrentCulture = $before }
    }

    It 'reports a literal that matches nothing, and goes on; a wildcard is no error' {
        $failed = $null
        $found = Get-PbsSnapshot ds1 -Snapshot vm/100/2020-01-01T00:00:00Z, vm/100/2024-05-05T00:00:02Z -ErrorAction SilentlyContinue -ErrorVariable failed
        "$found" | Should -Be 'vm/100/2024-05-05T00:00:02Z'
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'SnapshotNotFound,PbsModule.Commands.GetPbsSnapshotCommand'
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failed[0].TargetObject | Should -Be 'vm/100/2020-01-01T00:00:00Z'
        { Get-PbsSnapshot ds1 -BackupId nope -ErrorAction Stop } | Should -Throw -ErrorId 'GroupNotFound,*'
        Get-PbsSnapshot ds1 -BackupId nope, 100 -ErrorAction SilentlyContinue -ErrorVariable failed | Should -HaveCount 2
        $failed.Count | Should -Be 1
        Get-PbsSnapshot ds1 -Namespace '', a/b -BackupId 200, 100 -ErrorAction Stop | Should -HaveCount 3
        Get-PbsSnapshot -BackupId beta, nope -Namespace * -ErrorAction SilentlyContinue -ErrorVariable failed | Should -HaveCount 2
        $failed.TargetObject | Should -Be 'nope'
        Get-PbsSnapshot ds1 -BackupId nope* -ErrorAction Stop | Should -BeNullOrEmpty
        Get-PbsSnapshot ds1 -BackupId 100 -Since '2030-01-01T00:00:00Z' -ErrorAction Stop | Should -BeNullOrEmpty
        { Get-PbsSnapshot ds1 nonsense } | Should -Throw
    }

    It 'goes on over damages and says what is wrong' {
        $warned = $null
        $all = Get-PbsSnapshot $Corrupt -Recurse -WarningAction SilentlyContinue -WarningVariable warned
        $all.BackupId | Should -Not -Contain 'signed'
        $damaged = $all | Where-Object { "$_" -eq 'host/alpha/2022-11-05T10:00:00Z' }
        $damaged.Size | Should -BeNullOrEmpty
        $damaged.Problem | Should -Not -BeNullOrEmpty
        $warned.Count | Should -BeGreaterThan 0
        @(Get-PbsSnapshot $Corrupt -Force -WarningAction SilentlyContinue).BackupId | Should -Contain 'signed'
    }

    It 'streams, and stops cleanly' {
        $failed = $null
        @(Get-PbsSnapshot ds1 -ErrorVariable failed | Select-Object -First 1).Count | Should -Be 1
        $failed | Should -BeNullOrEmpty
    }

    It 'works in parallel runspaces without a connection' {
        $count = Get-PbsGroup ds1 | ForEach-Object -Parallel {
            @($_ | Get-PbsSnapshot -WarningAction SilentlyContinue).Count
        } -ThrottleLimit 4
        ($count | Measure-Object -Sum).Sum | Should -Be 22
    }

    It 'completes times newest first with age, size and owner, ids, and identities in two steps' {
        $times = Get-Completion 'Get-PbsSnapshot ds1 -BackupType ct -BackupId 101 -BackupTime '
        $times.CompletionText | Should -Be '2024-03-01T22:15:00Z', '2024-02-29T22:15:00Z', '2024-02-28T22:15:00Z'
        $times[0].ToolTip | Should -Match 'ago, 168 KiB, verified ok, owner admin@pbs!t1, ct101'
        $global:given = Get-PbsGroup ds1 ct/101
        (Get-Completion 'Get-PbsSnapshot $given -BackupTime ').CompletionText | Should -Be $times.CompletionText
        (Get-Completion 'Get-PbsSnapshot -Datastore $given -BackupTime ').CompletionText | Should -Be $times.CompletionText
        (Get-Completion 'Get-PbsSnapshot $given -BackupId ').CompletionText | Should -Be '101'
        $global:given = Get-PbsNamespace ds1 -Namespace a/b -Depth 0
        (Get-Completion 'Get-PbsSnapshot $given -BackupTime ').CompletionText | Should -Be @(Get-PbsSnapshot ds1 -Namespace a/b | Sort-Object BackupTime -Descending | ForEach-Object { "$($_.BackupTime)" })
        Remove-Variable given -Scope Global
        (Get-Completion 'Get-PbsSnapshot ds1 -BackupId m').CompletionText | Should -Be 'multi.chunk_test-1'
        (Get-Completion 'Get-PbsSnapshot ds1 -Snapshot vm').CompletionText | Should -Be 'vm/100/'
        (Get-Completion 'Get-PbsSnapshot ds1 -Snapshot vm/100/').CompletionText | Should -Be 'vm/100/2024-05-12T00:00:02Z', 'vm/100/2024-05-05T00:00:02Z'
        (Get-Completion 'Get-PbsSnapshot ds1 vm').CompletionText | Should -Be 'vm/100'
        (Get-Completion 'Get-PbsSnapshot ds1 vm/100/').CompletionText | Should -Be 'vm/100/2024-05-12T00:00:02Z', 'vm/100/2024-05-05T00:00:02Z'
        (Get-Completion 'Get-PbsSnapshot ds1 -Snapshot "vm/100/2024-05-1').CompletionText | Should -Be '"vm/100/2024-05-12T00:00:02Z"'
        (Get-Completion 'Get-PbsSnapshot ds1 -VerifyState f').CompletionText | Should -Be 'Failed'
        Get-Completion 'Get-PbsSnapshot nowhere -BackupId ' | ForEach-Object CompletionText | Should -Not -Contain 'alpha'
    }

    It 'reads at 80 columns' {
        $lines = (Get-PbsSnapshot ds1 -BackupId 101 | Out-String -Width 80) -split "`n"
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        ($lines | Select-String '2024-03-01T22:15:00Z').Line | Should -Match '168 KiB +ok'
    }
}
