-- One database per domain, made by the migrations: storey_account, storey_comment, storey_history.
GRANT ALL ON `storey\_%`.* TO 'storey'@'%';
