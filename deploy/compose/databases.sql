-- Each exam site keeps its own data; the passport's database is made by the image itself.
CREATE DATABASE cet;
CREATE DATABASE pets;
CREATE DATABASE ncre;
