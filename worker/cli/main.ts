process.stdout.write('croft\n')
