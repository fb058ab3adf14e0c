Describe 'Get-PbsJob' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
        $state = New-JobRoot $config
        $null = Connect-PbsServer $config -StateRoot $state -LogRoot (New-LogRoot)
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists jobs of all types with their last and next run' {
        $jobs = Get-PbsJob
        $jobs | Should -BeOfType PbsModule.Core.Features.Jobs.JobInfo
        $jobs.Job | Should -Be 'nightly', 'from-offsite', 'ds1'
        $jobs.JobType | Should -Be 'Prune', 'Sync', 'GarbageCollection'
        $prune = Get-PbsJob nightly
        "$prune" | Should -Be 'nightly'
        $prune.State, $prune.Status, $prune.Keep | Should -Be 'Error', 'no space left', '--keep-last 3 --keep-daily 7'
        $prune.Duration | Should -BeOfType timespan
        (Get-PbsJob from-offsite).Direction | Should -Be 'pull'
    }

    It 'finds the next run in the time zone that is given' {
        $utc = (Get-PbsJob nightly -TimeZone UTC).NextRun
        $tokyo = (Get-PbsJob nightly -TimeZone Asia/Tokyo).NextRun
        "$utc" | Should -BeLike '*T02:30:00Z'
        "$tokyo" | Should -BeLike '*T17:30:00Z'
    }

    It 'filters by id, datastore, type and state' {
        (Get-PbsJob n*).Job | Should -Be 'nightly'
        @(Get-PbsJob -Datastore ds1).Count | Should -Be 3
        @(Get-PbsJob -Datastore (Get-PbsDatastore ds1)).Count | Should -Be 3
        (Get-PbsJob -JobType Sync, Prune).Job | Should -Be 'nightly', 'from-offsite'
        (Get-PbsJob -State Error, Warning).Job | Should -Be 'nightly'
        Get-PbsJob -State Running | Should -BeNullOrEmpty
    }

    It 'reports a job that is not there; a wildcard is no error' {
        { Get-PbsJob nowhere -ErrorAction Stop } | Should -Throw "no such job 'nowhere'" -ErrorId 'JobNotFound,*'
        Get-PbsJob nowhere* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'leads to the task of the last run' {
        (Get-PbsJob ds1 | Get-PbsTask).WorkerType | Should -Be 'garbage_collection'
        @(Get-PbsJob ds1 | Get-PbsTaskLog).Count | Should -BeGreaterThan 1
    }

    It 'shows a table, round-trips through CSV and completes' {
        (Get-PbsJob | Format-Table | Out-String -Width 120) | Should -Match '(?m)^nightly +Prune +ds1 +no space left'
        (Get-PbsJob | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsJob).Count | Should -Be 3
        (Get-Completion 'Get-PbsJob nig').CompletionText | Should -Be 'nightly'
        (Get-Completion 'Get-PbsJob -JobType Gar').CompletionText | Should -Be 'GarbageCollection'
    }

    It 'changes nothing' {
        $before = Get-Fingerprint $config
        $null = Get-PbsJob; $null = Get-PbsRemote
        Get-Fingerprint $config | Should -Be $before
    }

    It 'shows a caller what the server would show' {
        try {
            $null = Connect-PbsServer $config -StateRoot $state -AuthId off@pbs -WarningAction SilentlyContinue
            Get-PbsJob | Should -BeNullOrEmpty
            Get-PbsRemote | Should -BeNullOrEmpty
        }
        finally { $null = Connect-PbsServer $config -StateRoot $state }
    }
}
