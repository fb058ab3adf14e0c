using PbsModule.Bench;

return CommandLine.Run(args);
