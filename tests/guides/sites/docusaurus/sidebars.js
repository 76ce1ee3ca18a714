module.exports = { trains: ['night-trains', 'day-trains'] };
