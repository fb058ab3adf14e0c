Describe 'Get-PbsPrunePlan' {
    BeforeAll { . $PSScriptRoot/TestSupport.ps1 }
    BeforeEach { $null = Connect-PbsServer (New-ConfigRoot) }
    AfterAll { Disconnect-PbsServer }

    It 'plans the groups of a namespace, and those below only when asked' {
        $plan = Get-PbsPrunePlan ds1 -KeepLast 1 -TimeZone UTC -WarningAction SilentlyContinue
        $plan[0] | Should -BeOfType PbsModule.Core.Features.Prune.PrunePlanInfo
        $plan.Namespace | Sort-Object -Unique | Should -Be ''
        @(Get-PbsPrunePlan ds1 -KeepLast 1 -Namespace a).Count | Should -Be 2
        @(Get-PbsPrunePlan ds1 -KeepLast 1 -Namespace a -Depth 1).Count | Should -Be 4
        (Get-PbsPrunePlan ds1 -KeepLast 1 -Recurse -WarningAction SilentlyContinue).Namespace | Sort-Object -Unique | Should -Be '', 'a', 'a/b'
        @(Get-PbsPrunePlan ds1 -KeepLast 1 -Namespace a* | Sort-Object Namespace -Unique).Count | Should -Be 2
    }

    It 'says what is kept, marked and why' {
        $plan = Get-PbsPrunePlan ds1 host/alpha -KeepLast 1 -KeepDaily 1
        "$($plan.Mark)" | Should -Be 'remove protected remove keep keep'
        "$($plan.Keep)" | Should -Be 'False True False True True'
        $plan.Reason | Should -Be 'kept by no rule', 'protected', 'kept by no rule', 'daily #1', 'last'
        $plan.BackupTime | Should -Be ($plan.BackupTime | Sort-Object)
        "$($plan[0])" | Should -Be 'host/alpha/2022-11-05T10:00:00Z'
        (Get-PbsPrunePlan ds1 host/partial -KeepLast 1).Reason | Should -Be 'unfinished', 'last', 'unfinished', 'unfinished, the newest'
    }

    It 'marks the last snapshot that verified well' {
        Get-PbsPrunePlan ds1 vm/100 -KeepLast 1 | Where-Object Reason -like '*verified well' | Should -BeNullOrEmpty
        $server = Connect-TestServer
        $newest = Get-PbsSnapshot ds1 vm/100 -Latest 1
        Copy-Item (Join-Path $server.Store "host/alpha/2024-06-01T12:00:00Z") (Join-Path $server.Store 'vm/100/2030-01-01T00:00:00Z') -Recurse
        (Get-PbsPrunePlan ds1 vm/100 -KeepLast 1 | Where-Object Reason -like '*the last one that verified well').BackupTime | Should -Be $newest.BackupTime
    }

    It 'takes groups by name, by pipe and by property' {
        $expected = "$(Get-PbsPrunePlan ds1 vm/100 -KeepLast 1)"
        "$(Get-PbsGroup ds1 vm/100 | Get-PbsPrunePlan -KeepLast 1)" | Should -Be $expected
        "$('vm/100' | Get-PbsPrunePlan ds1 -KeepLast 1)" | Should -Be $expected
        "$([pscustomobject]@{ Datastore = 'ds1'; Namespace = ''; BackupType = 'vm'; BackupId = '100' } | Get-PbsPrunePlan -KeepLast 1)" | Should -Be $expected
        "$(Get-PbsPrunePlan ds1 -BackupType vm -BackupId 1* -KeepLast 1)" | Should -Be $expected
        "$(Get-PbsPrunePlan $Store -BackupType v* -KeepLast 1)" | Should -Be $expected
    }

    It 'has the local time of a zone decide' {
        (Get-PbsPrunePlan ds1 host/alpha -KeepYearly 5 -TimeZone UTC | Where-Object BackupTime -eq '2023-12-31T23:30:00Z').Reason | Should -Be 'yearly #2'
        (Get-PbsPrunePlan ds1 host/alpha -KeepYearly 5 -TimeZone Europe/Vienna | Where-Object BackupTime -eq '2023-12-31T23:30:00Z').Reason | Should -Be 'yearly, older than the one kept'
        $zone = [System.TimeZoneInfo]::FindSystemTimeZoneById('Europe/Vienna')
        "$((Get-PbsPrunePlan ds1 host/alpha -KeepYearly 5 -TimeZone $zone).Reason)" | Should -Be "$((Get-PbsPrunePlan ds1 host/alpha -KeepYearly 5 -TimeZone Europe/Vienna).Reason)"
        { Get-PbsPrunePlan ds1 -KeepLast 1 -TimeZone Europe/Nowhere } | Should -Throw '*not a time zone this machine knows*'
    }

    It 'keeps everything without an option, and says so' {
        foreach ($options in @{}, @{ KeepLast = 0; KeepDaily = 0 }) {
            $plan = Get-PbsPrunePlan ds1 host/alpha @options -WarningVariable said -WarningAction SilentlyContinue
            $plan.Keep | Should -Not -Contain $false
            "$said" | Should -BeLike '*everything is kept*'
            $plan[0].Reason | Should -Be 'no keep option'
        }
    }

    It 'reports what is not there, and refuses who may not' {
        { Get-PbsPrunePlan ds1 vm/999 -KeepLast 1 -ErrorAction Stop } | Should -Throw -ErrorId 'GroupNotFound,*'
        Get-PbsPrunePlan ds1 -BackupId nope* -KeepLast 1 -ErrorAction Stop | Should -BeNullOrEmpty
        { Get-PbsPrunePlan ds1 -BackupId nope -KeepLast 1 -ErrorAction Stop } | Should -Throw -ErrorId 'GroupNotFound,*'
        { Get-PbsPrunePlan ds1 -Namespace nope -KeepLast 1 -ErrorAction Stop } | Should -Throw -ErrorId 'NamespaceNotFound,*'
        { Get-PbsPrunePlan ds1 -KeepLast -1 } | Should -Throw
        $null = Connect-PbsServer (New-ConfigRoot) -AuthId backup@pbs
        { Get-PbsPrunePlan ds1 -KeepLast 1 -ErrorAction Stop } | Should -Throw "missing permissions 'Datastore.Modify|Datastore.Prune' on '/datastore/ds1'"
        { Get-PbsPrunePlan ds1 host/alpha -KeepLast 1 -ErrorAction Stop } | Should -Throw 'permission check failed - missing Datastore.Modify|Datastore.Prune on /datastore/ds1'
    }

    It 'exports' {
        $plan = Get-PbsPrunePlan ds1 host/alpha -KeepLast 1
        ($plan | ConvertTo-Csv | ConvertFrom-Csv)[0].PSObject.Properties.Name | Should -Be BackupTime, Datastore, Namespace, BackupType, BackupId, Keep, Mark, Reason, Protected, Fingerprint
        ($plan | ConvertTo-Json -Depth 4 | ConvertFrom-Json)[1].Protected | Should -BeTrue
        $plan | Out-String -Width 120 | Should -Match 'host +alpha +2023-03-26T00:30:00Z +\S+ +True +protected +protected'
    }

    It 'ends early and stops' {
        @(Get-PbsPrunePlan ds1 -Recurse -KeepLast 1 -WarningAction SilentlyContinue | Select-Object -First 1).Count | Should -Be 1
        Measure-Stop "while (`$true) { Get-PbsPrunePlan '$Store' -Recurse -KeepLast 1 -WarningAction SilentlyContinue }" -After 50 | Should -BeLessThan 10
    }

    It 'completes' {
        (Get-Completion 'Get-PbsPrunePlan ds1 host/al').CompletionText | Should -Be 'host/alpha'
        (Get-Completion 'Get-PbsPrunePlan ds1 -TimeZone Europe/Vie').CompletionText | Should -Be 'Europe/Vienna'
        (Get-Completion 'Get-PbsPrunePlan ds1 -KeepM').CompletionText | Should -Be '-KeepMonthly'
    }
}
