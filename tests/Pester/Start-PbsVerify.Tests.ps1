Describe 'Start-PbsVerify' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $vm = 'vm/100/2024-05-12T00:00:02Z'
        # With the namespace before it, sorted: all machines in all namespaces.
        $allVm = ' vm/100/2024-05-05T00:00:02Z', ' vm/100/2024-05-12T00:00:02Z', 'a/b ns/a/ns/b/vm/200/2024-07-03T00:00:00Z'
        $chunkOf = { param($root) Get-ChildItem (Join-Path $root .chunks) -Recurse -File | Sort-Object Length -Descending | Select-Object -First 1 }
    }
    AfterAll { Disconnect-PbsServer }

    Context 'Reading only' {
        BeforeAll { $null = Connect-PbsServer (New-ConfigRoot @{ ds1 = $Store; bad = $Corrupt }) }

        It 'verifies a datastore with all its namespaces' {
            $failed = $null
            $results = @(Start-PbsVerify ds1 -NoStateUpdate -ErrorAction SilentlyContinue -ErrorVariable failed)
            $results[0] | Should -BeOfType PbsModule.Core.Features.Verify.VerifyResult
            $results.Count | Should -Be 26
            "$($results | Where-Object State -EQ Failed)" | Should -Be 'host/partial/2024-05-03T00:00:00Z host/partial/2024-05-02T00:00:00Z host/partial/2024-04-30T00:00:00Z'
            $results.Namespace | Should -Contain 'a/b'
            @($failed).Count | Should -Be 1
            $failed[0].FullyQualifiedErrorId | Should -Be 'VerificationFailed,PbsModule.Commands.StartPbsVerifyCommand'
            $failed[0].ErrorDetails.RecommendedAction | Should -BeLike "*Get-PbsTaskLog 'UPID:*"
        }

        It 'takes names, identities, keys and namespaces' {
            (Start-PbsVerify ds1 vm/100 -NoStateUpdate).BackupTime.Count | Should -Be 2
            "$(Start-PbsVerify ds1 -Snapshot $vm -NoStateUpdate)" | Should -Be $vm
            "$(Invoke-PbsVerify ds1 -BackupType vm -BackupId 1* -BackupTime 2024-05-12T00:00:02Z -NoStateUpdate)" | Should -Be $vm
            @(Start-PbsVerify ds1 -Namespace a -NoStateUpdate).Count | Should -Be 2
            @(Start-PbsVerify ds1 -Namespace a -Recurse -NoStateUpdate).Count | Should -Be 4
            @(Start-PbsVerify ds1 -Namespace a -Depth 0 -NoStateUpdate).Count | Should -Be 2
            @(Start-PbsVerify $Store vm/200 -Namespace a/b -NoStateUpdate).Count | Should -Be 1
        }

        It 'takes what the pipeline brings, in one run for each datastore' {
            $results = @(Get-PbsSnapshot ds1 -BackupType vm, ct | Start-PbsVerify -NoStateUpdate)
            $results.Count | Should -Be 5
            @($results.Upid | Select-Object -Unique).Count | Should -Be 1
            @(Get-PbsGroup ds1 -BackupType vm | Start-PbsVerify -NoStateUpdate).Count | Should -Be 2
            @(Get-PbsNamespace ds1 -Recurse | Where-Object Namespace | Start-PbsVerify -NoStateUpdate).Count | Should -Be 4
            @(Get-PbsDatastore ds1 | Start-PbsVerify -NoStateUpdate -ErrorAction SilentlyContinue).Count | Should -Be 26
            "$($vm, 'vm/100/2024-05-05T00:00:02Z' | Start-PbsVerify -Datastore ds1 -NoStateUpdate)" | Should -Be "$vm vm/100/2024-05-05T00:00:02Z"
            @($results | Start-PbsVerify -NoStateUpdate).Count | Should -Be 5
        }

        It 'takes rows that Export-Csv wrote' {
            $csv = Join-Path $TestDrive verified.csv
            Start-PbsVerify ds1 -BackupType vm -NoStateUpdate | Export-Csv $csv
            Import-Csv $csv | ForEach-Object State | Should -Be 'Ok', 'Ok', 'Ok'
            (Import-Csv $csv)[0].Files | Should -BeLike 'qemu-server.conf.blob; *'
            Import-Csv $csv | Start-PbsVerify -NoStateUpdate | ForEach-Object { "$($_.Namespace) $_" } | Sort-Object | Should -Be $allVm
        }

        It 'tells what is wrong, file by file and chunk by chunk' {
            $result = Start-PbsVerify bad -Snapshot $vm -NoStateUpdate -ErrorAction SilentlyContinue
            $result.State | Should -Be Failed
            $result.Errors.FileName | Should -Be 'drive-efidisk0.img.fidx', 'drive-scsi0.img.fidx'
            $result.Errors[1].Digest | Should -Be 8cf404b4a490f88f5fee9ad454f2498ced5dedc92cfd018a9c897c28cb9a07ad
            $result.Errors[1].Reason | Should -Be 'detected chunk with wrong digest.'
            ($result.Files | Where-Object State -EQ Ok).FileName | Should -Be 'qemu-server.conf.blob', 'fw.conf.blob'
            $json = $result | ConvertTo-Json -Depth 4 | ConvertFrom-Json
            $json.Errors[1].Digest | Should -Be $result.Errors[1].Digest
            ($result | Format-Table | Out-String -Width 120) | Should -Match 'vm +100 +2024-05-12T00:00:02Z Failed'
        }

        It 'opens what is encrypted with the key' {
            $key = Join-Path $PSScriptRoot ../corpus/keys/enc-kdf-none.json
            (Start-PbsVerify ds1 host/enc, host/signed -NoStateUpdate -KeyFile $key).State | Should -Be Ok, Ok, Ok
            $signed = Start-PbsVerify bad host/signed -NoStateUpdate -KeyFile $key -ErrorAction SilentlyContinue
            $signed.Errors.Reason | Should -Contain 'wrong signature in manifest'
            (Start-PbsVerify ds1 host/enc -NoStateUpdate -KeyFile $key -AsJob | Wait-Job | Receive-Job).State | Should -Be Ok, Ok
            $other = Join-Path $TestDrive other.json
            Set-Content $other (@{ kdf = $null; created = '2024-01-01T00:00:00Z'; modified = '2024-01-01T00:00:00Z'; data = [convert]::ToBase64String([byte[]] (100..131)) } | ConvertTo-Json)
            (Start-PbsVerify ds1 host/enc -NoStateUpdate -KeyFile $other -WarningVariable told -WarningAction SilentlyContinue).State | Should -Be Ok, Ok
            "$told" | Should -BeLike 'host/enc/* was made with key *, which is not the given one: *'
        }

        It 'lists with -WhatIf, and reads no chunk' {
            $log = Join-Path $TestDrive whatif.txt
            Start-Transcript $log | Out-Null
            Start-PbsVerify bad -BackupType vm -WhatIf | Should -BeNullOrEmpty
            Stop-Transcript | Out-Null
            Get-Content $log -Raw | Should -Match 'Verify 16\.5 MiB" on target "vm/100/2024-05-12T00:00:02Z in bad"'
        }

        It 'looks at samples' {
            $results = Start-PbsVerify ds1 host/multi.chunk_test-1 -NoStateUpdate -Sample 20%
            $results.Coverage | Should -BeLessThan 1
            (Start-PbsVerify ds1 host/multi.chunk_test-1 -NoStateUpdate -Sample 200GB).Coverage | Should -Be 1, 1
            { Start-PbsVerify ds1 -Sample 120% } | Should -Throw '*no share between 0% and 100%*'
            { Start-PbsVerify ds1 -Sample much } | Should -Throw '*a sample reads like 5%, or 200GB*'
        }

        It 'leaves out what was verified, and begins nothing when the time is over' {
            $skipped = Start-PbsVerify ds1 -Snapshot $vm -NoStateUpdate -IgnoreVerified
            $skipped.State | Should -Be Skipped
            $skipped.Reason | Should -Be 'recently verified'
            $warning = $null
            (Start-PbsVerify ds1 -Snapshot $vm -NoStateUpdate -IgnoreVerified -OutdatedAfter 1 -WarningVariable warning).State | Should -Be Ok
            $warning | Should -BeNullOrEmpty
            (Start-PbsVerify ds1 -Snapshot $vm -NoStateUpdate -OutdatedAfter 1 -WarningVariable warning -WarningAction SilentlyContinue).State | Should -Be Ok
            "$warning" | Should -Be '-OutdatedAfter means nothing without -IgnoreVerified: everything is verified'
            $failed = $null
            Start-PbsVerify ds1 vm/100 -NoStateUpdate -MaxDuration 00:00:00.0000001 -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            "$failed" | Should -Be 'the time was over before a snapshot was verified: 2 snapshots were not verified'
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'VerifyTimeOver,*'
            $failed[0].CategoryInfo.Category | Should -Be OperationTimeout
            (Start-PbsVerify ds1 vm/100 -NoStateUpdate -MaxDuration 00:00:00.0000001 -AsJob | Wait-Job).State | Should -Be Failed
        }

        It 'takes a number for seconds, and refuses what could mean two things' {
            foreach ($time in 3600, 3600.5, '3600', '01:00:00', '1:00:00', ([timespan]::FromHours(1))) {
                (Start-PbsVerify ds1 vm/100 -NoStateUpdate -MaxDuration $time).State | Should -Be Ok, Ok
            }
            foreach ($time in 0, -1, '1:30', '00:00:00', '-01:00:00', '5m', ([timespan]::Zero)) {
                { Start-PbsVerify ds1 vm/100 -NoStateUpdate -MaxDuration $time } | Should -Throw '*write hours, minutes and seconds like 01:30:00, or seconds as a number*'
            }
        }

        It 'calls nothing good of which nothing was looked at' {
            $results = Start-PbsVerify ds1 vm/100 -NoStateUpdate -Sample 0.0000001% -WarningVariable warning -WarningAction SilentlyContinue
            $results.State | Should -Be NotChecked, NotChecked
            "$warning" | Should -Be 'the sample holds no chunk of 2 snapshots: they were not verified'
            ($results | Format-Table | Out-String -Width 120) | Should -Match 'NotChecked .* none of its chunks is in the sample'
        }

        It 'fails for what it cannot read, with a limit of time and without one, and says so with -WhatIf' {
            $copy = Join-Path $TestDrive unreadable
            & cp -pR $Store $copy
            Set-Content "$copy/vm/100/2024-05-12T00:00:02Z/index.json.blob" 'no manifest'
            foreach ($how in @{}, @{ MaxDuration = 3600 }) {
                $failed = $null
                $results = Start-PbsVerify $copy -BackupType vm -NoStateUpdate @how -ErrorAction SilentlyContinue -ErrorVariable failed
                ($results | Where-Object State -EQ Failed).BackupTime | Should -Be ([datetimeoffset] '2024-05-12T00:00:02Z')
                "$failed" | Should -BeLike 'verification failed*'
            }
            $log = Join-Path $TestDrive whatif2.txt
            Start-Transcript $log | Out-Null
            Start-PbsVerify $copy vm/100 -NoStateUpdate -MaxDuration 3600 -WhatIf
            Stop-Transcript | Out-Null
            Get-Content $log -Raw | Should -Match 'Verify, which will fail: .*on target "vm/100/2024-05-12T00:00:02Z'
        }

        It 'tells nothing that a terminal obeys, as a job or not' {
            $copy = Join-Path $TestDrive "e`e[31mvil"
            & cp -pR $Store $copy
            $sign = [char] 0x241b
            Set-Content -LiteralPath "$copy/ct/101/2024-03-01T22:15:00Z/index.json.blob" 'no manifest'
            $verbose = Start-PbsVerify $copy ct/101 -NoStateUpdate -Verbose -ErrorVariable failed -ErrorAction SilentlyContinue 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
            $job = Start-PbsVerify $copy ct/101 -NoStateUpdate -AsJob | Wait-Job
            foreach ($told in ($verbose -join "`n"), ($job.Verbose -join "`n")) {
                $told | Should -Match "e$sign\[31mvil"
                $told | Should -Not -Match "`e"
            }
            @($job.Error).Count | Should -BeGreaterThan 0
            "$($job.Error) $($job.Warning) $($job.StatusMessage) $failed" | Should -Not -Match "`e"
            $job.Error[0].CategoryInfo.ToString() | Should -Not -Match "`e"
        }

        It 'reports what is not there, and goes on' {
            $failed = $null
            @(Start-PbsVerify ds1 vm/999, vm/100 -NoStateUpdate -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 2
            $failed[0].FullyQualifiedErrorId | Should -Be 'GroupNotFound,PbsModule.Commands.StartPbsVerifyCommand'
            @($vm, 'vm/100/2024-05-12T00:00:03Z' | Start-PbsVerify -Datastore ds1 -NoStateUpdate -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 1
            @($failed).FullyQualifiedErrorId | Should -Be 'SnapshotNotFound,PbsModule.Commands.StartPbsVerifyCommand'
            Start-PbsVerify ds1 vm/998, vm/999 -NoStateUpdate -AsJob -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
            @($failed).Count | Should -Be 2
            { Start-PbsVerify ds1 -BackupType vm -BackupId 999 -NoStateUpdate -ErrorAction Stop } | Should -Throw -ErrorId 'GroupNotFound,*'
            { Start-PbsVerify ds1 -BackupType vm -BackupId 9* -NoStateUpdate -ErrorAction Stop } | Should -Not -Throw
            { Start-PbsVerify nowhere -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreNotFound,*'
        }

        It 'says why nothing is recorded' {
            $warning = $null
            $before = Get-Fingerprint $Store
            (Start-PbsVerify ds1 -Snapshot $vm -WarningVariable warning -WarningAction SilentlyContinue).Recorded | Should -BeFalse
            "$warning" | Should -BeLike 'nothing is recorded and no chunk renamed: *'
            Get-Fingerprint $Store | Should -Be $before
        }

        It 'streams, and ends early' {
            "$(Start-PbsVerify ds1 -NoStateUpdate | Select-Object -First 1)" | Should -Be 'ct/101/2024-03-01T22:15:00Z'
            Measure-Stop "Start-PbsVerify '$Store' -NoStateUpdate | ForEach-Object { `$_; Start-Sleep -Milliseconds 300 }" -After 2 | Should -BeLessThan 10
        }

        It 'completes' {
            (Get-Completion 'Start-PbsVerify ds1 vm/').CompletionText | Should -Be 'vm/100'
            (Get-Completion 'Start-PbsVerify ds1 -Snapshot vm/100/2024-05-12').CompletionText | Should -Be $vm
            (Get-Completion 'Start-PbsVerify ds1 -Namespace a').CompletionText | Should -Contain 'a/b'
        }
    }

    Context 'Recording' {
        BeforeEach { $server = Connect-TestServer }

        It 'records states and a task' {
            $result = Start-PbsVerify ds1 host/signed
            $result.Recorded | Should -BeTrue
            $snapshot = Get-PbsSnapshot ds1 host/signed
            $snapshot.VerifyState | Should -Be Ok
            $snapshot.VerifyUpid | Should -Be $result.Upid
            (Get-PbsTaskLog $result.Upid).Text -join "`n" | Should -BeLike '*:   check app.conf.blob*TASK OK'
        }

        It 'renames corrupt chunks, and fails who uses them' {
            $chunk = & $chunkOf $server.Store
            [System.IO.File]::WriteAllBytes($chunk.FullName, [byte[]] (1..40))
            $failed = @(Start-PbsVerify ds1 -ErrorAction SilentlyContinue | Where-Object { @($_.Errors | ForEach-Object Digest) -contains $chunk.Name })
            $failed.Count | Should -BeGreaterThan 0
            Test-Path $chunk.FullName | Should -BeFalse
            Test-Path "$($chunk.FullName).0.bad" | Should -BeTrue
            (Get-PbsSnapshot ds1 -Recurse -VerifyState Failed | ForEach-Object ToString) | Should -Contain "$($failed[0])"
        }

        It 'is what Get-PbsSnapshot finds afterwards' {
            Start-PbsVerify ds1 -ErrorAction SilentlyContinue | Out-Null
            # Those whose manifest cannot be loaded have no state.
            @(Get-PbsSnapshot ds1 -Recurse -Force -VerifyState None).Finished | Select-Object -Unique | Should -BeFalse
            @(Start-PbsVerify ds1 -IgnoreVerified -ErrorAction SilentlyContinue | Where-Object State -EQ Ok).Count | Should -Be 0
        }

        It 'verifies what is his for who may do no more' {
            $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId backup@pbs
            $own = @(Start-PbsVerify ds1 -ErrorAction SilentlyContinue).BackupId | Select-Object -Unique
            $own | Should -Contain 'alpha'
            $own | Should -Not -Contain '100'
            { Start-PbsVerify ds1 vm/100 -ErrorAction Stop } | Should -Throw 'there is no group ''vm/100'' in datastore ''ds1'', root namespace' -ErrorId 'GroupNotFound,*'
            $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId off@pbs
            { Start-PbsVerify ds1 -ErrorAction Stop } | Should -Throw 'permission check failed - missing Datastore.Verify|Datastore.Backup on /datastore/ds1'
        }

        It 'changes nothing with -WhatIf' {
            $before = Get-Fingerprint $server.Store
            Start-PbsVerify ds1 -WhatIf
            Get-PbsSnapshot ds1 | Start-PbsVerify -WhatIf -AsJob | Should -BeNullOrEmpty
            Get-Fingerprint $server.Store | Should -Be $before
        }

        It 'is a real job' {
            $job = Start-PbsVerify ds1 -BackupType vm -AsJob
            $job | Should -BeOfType System.Management.Automation.Job
            $job | Wait-Job -Timeout 60 | Should -Be $job
            $job.State | Should -Be Completed
            $job | Receive-Job -Keep | ForEach-Object { "$($_.Namespace) $_" } | Sort-Object | Should -Be $allVm
            @(Receive-Job $job | Where-Object Recorded).Count | Should -Be 3
            Remove-Job $job
            $job = Start-PbsVerify ds1 host/partial -AsJob
            $null = $job | Wait-Job -Timeout 60
            $job.State | Should -Be Failed
            $failed = $null
            Receive-Job $job -ErrorVariable failed -ErrorAction SilentlyContinue | Out-Null
            "$($failed[0])" | Should -Be 'verification failed - please check the log for details'
            $job = Start-PbsVerify ds1 -AsJob
            Stop-Job $job
            $null = $job | Wait-Job -Timeout 60
            $job.State | Should -BeIn 'Stopped', 'Failed'
            Get-Job | Remove-Job -Force
        }

        It 'works in parallel' {
            @('vm/100', 'host/alpha', 'ct/101' | ForEach-Object -Parallel {
                    Import-Module $using:env:PBS_TEST_MODULE
                    Start-PbsVerify $using:server.Store $_ -NoStateUpdate
                }).Count | Should -Be 10
        }
    }
}
